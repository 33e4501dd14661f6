import type { CreateCredential, Credential } from '../credential.ts'
import type { Deleted } from '../deleted.ts'
import type { HostKey } from '../host-key.ts'
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

/** The keys of SSH servers, as the first contact recorded them. */
export interface HostKeysApi {
  /** One page. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<HostKey>>
  all(options?: CallOptions): AsyncIterable<HostKey>
  /** Forgets a key: the next contact records what the server then shows. @throws HOST_KEY_NOT_FOUND */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}
