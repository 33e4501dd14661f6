import type { CreateCredential, Credential } from '../credential.ts'
import type { Deleted } from '../deleted.ts'
import type { AcceptHostKeyQuery, HostKey, ImportHostKey } from '../host-key.ts'
import type { Page, PageQuery } from '../page.ts'
import type { RemoteTest } from '../remote-test.ts'
import type { GenerateSshKey, ImportSshKey, SshKey, TestSshKey, UpdateSshKey } from '../ssh-key.ts'
import type { CallOptions } from './call-options.ts'

/** SSH keys with which remotes are reached. A private key goes in and never comes out. */
export interface SshKeysApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<SshKey>>
  all(options?: CallOptions): AsyncIterable<SshKey>
  /** @throws SSH_KEY_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<SshKey>
  /**
   * Imports a private key: PKCS#1, PKCS#8, SEC1 or OpenSSH; rsa of 2048 bits or more, ecdsa, ed25519.
   * @throws SSH_KEY_INVALID naming the field, SSH_KEY_EXISTS (name or fingerprint), SECRETS_UNAVAILABLE
   */
  create(input: ImportSshKey, options?: CallOptions): Promise<SshKey>
  /** Makes an ed25519 key here. @throws SSH_KEY_EXISTS, SECRETS_UNAVAILABLE */
  generate(input: GenerateSshKey, options?: CallOptions): Promise<SshKey>
  /** Changes only the fields that `input` carries. @throws SSH_KEY_NOT_FOUND, SSH_KEY_EXISTS */
  update(id: number, input: UpdateSshKey, options?: CallOptions): Promise<SshKey>
  /** @throws SSH_KEY_NOT_FOUND, SSH_KEY_IN_USE naming the users */
  delete(id: number, options?: CallOptions): Promise<Deleted>
  /**
   * Asks a remote for its refs with this key and no other. That the remote refuses is an answer.
   * @throws SSH_KEY_NOT_FOUND, URL_FORBIDDEN, INVALID_INPUT when the URL is not reached by ssh
   */
  test(id: number, input: TestSshKey, options?: CallOptions): Promise<RemoteTest>
}

/** Users with passwords, and tokens, for remotes over HTTP(S). */
export interface CredentialsApi {
  /** One page. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<Credential>>
  all(options?: CallOptions): AsyncIterable<Credential>
  /** @throws CREDENTIAL_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Credential>
  /** @throws CREDENTIAL_EXISTS (the name), URL_FORBIDDEN (the origin), SECRETS_UNAVAILABLE */
  create(input: CreateCredential, options?: CallOptions): Promise<Credential>
  /** @throws CREDENTIAL_NOT_FOUND, CREDENTIAL_IN_USE naming the users */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}

/** The keys of SSH servers: as the first contact recorded them, or as somebody gave them. */
export interface HostKeysApi {
  /** One page. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<HostKey>>
  all(options?: CallOptions): AsyncIterable<HostKey>
  /**
   * Pins the key of a server, given as a line of `known_hosts`: Ed25519, ECDSA, or RSA of 2048 bits or more. It takes the
   * place of a known one of the same type and of built-in ones; other known ones stay. The audit entry names what it
   * replaced.
   * @throws INVALID_INPUT naming `known_host`
   */
  create(input: ImportHostKey, options?: CallOptions): Promise<HostKey>
  /**
   * Believes the key that a server has shown: at the first contact, or instead of the known one, which then goes. A key
   * that is accepted already is answered as it is. Every other key of the server goes. `fingerprint` says which key was
   * compared, for the server may have shown yet another since: always give it.
   * @throws HOST_KEY_NOT_FOUND, CONFLICT when another key than the one with that fingerprint would be accepted, or when
   *   none is given and the offered key took the place of another
   */
  accept(id: number, query?: AcceptHostKeyQuery, options?: CallOptions): Promise<HostKey>
  /**
   * Forgets a key, and what was offered instead: a server of which no other is known is met as at the first contact, or is
   * known by its built-in key again.
   * @throws HOST_KEY_NOT_FOUND
   */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}
