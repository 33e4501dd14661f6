import type { Deleted } from '../deleted.ts'
import type { DeletedMember, Member, MemberQuery, SetMember } from '../member.ts'
import type { Page, PageQuery } from '../page.ts'
import type { CreateProject, Project } from '../project.ts'
import type { ProtectedRef, ProtectedRefQuery, SetProtectedRef } from '../protected-ref.ts'
import type {
  AddDeployKey,
  AddPublicKey,
  DeployKey,
  PublicKey,
  VerifiedKey,
  VerifyPrivateKey,
} from '../public-key.ts'
import type { CallOptions } from './call-options.ts'

/** The users who have a role in a project, or in a repository: `ownerId` is the id of the one or the other. */
export interface MembersApi {
  /** One page, in the order in which they came. `page` defaults to 1, `page_size` to 20. @throws ROLE_MISSING */
  list(ownerId: number, query?: MemberQuery, options?: CallOptions): Promise<Page<Member>>
  all(ownerId: number, options?: CallOptions): AsyncIterable<Member>
  /**
   * Makes a user a member, or changes their role; may be called twice. Needs the role of an admin.
   * @throws USER_NOT_FOUND, ROLE_MISSING, LAST_ADMIN when nobody else would be an admin
   */
  set(ownerId: number, userId: number, input: SetMember, options?: CallOptions): Promise<Member>
  /** Whoever leaves by themselves needs no role for it. @throws MEMBER_NOT_FOUND, ROLE_MISSING, LAST_ADMIN */
  delete(ownerId: number, userId: number, options?: CallOptions): Promise<DeletedMember>
}

/** Named groups of repositories. A caller sees those of which they are a member, or that hold a repository of theirs. */
export interface ProjectsApi {
  readonly members: MembersApi
  /** One page. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<Project>>
  all(options?: CallOptions): AsyncIterable<Project>
  /** @throws PROJECT_NOT_FOUND, ROLE_MISSING */
  get(id: number, options?: CallOptions): Promise<Project>
  /**
   * The caller becomes its admin. Every member may; whoever is no stored user needs the scope `write`.
   * @throws PROJECT_EXISTS, ROLE_MISSING
   */
  create(input: CreateProject, options?: CallOptions): Promise<Project>
  /** @throws PROJECT_NOT_FOUND, ROLE_MISSING, PROJECT_IN_USE while it holds repositories, or a clone into it is unfinished */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}

/** SSH public keys with which users sign in to hosted repositories. */
export interface PublicKeysApi {
  /** One page of the caller’s own, in the order in which they came; of whoever is no stored user, none. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<PublicKey>>
  all(options?: CallOptions): AsyncIterable<PublicKey>
  /** @throws SSH_KEY_INVALID, PUBLIC_KEY_EXISTS (whoever’s it is), USER_NOT_FOUND, FORBIDDEN */
  add(input: AddPublicKey, options?: CallOptions): Promise<PublicKey>
  /** The caller’s own; anybody’s with the scope `admin`. @throws PUBLIC_KEY_NOT_FOUND */
  delete(id: number, options?: CallOptions): Promise<Deleted>
  /**
   * What the public half of a private key opens: as the key of a member, as a deploy key, or because everybody may read;
   * of a repository that is not hosted, nothing. An encrypted key proves nothing by itself: as a deploy key it counts only
   * when an admin of the repository asks. The private key is neither stored nor logged.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, SSH_KEY_INVALID
   */
  verify(repoId: number, input: VerifyPrivateKey, options?: CallOptions): Promise<VerifiedKey>
}

/** Public keys that open one hosted repository each. */
export interface DeployKeysApi {
  /** One page, in the order in which they came. @throws REPO_NOT_FOUND, ROLE_MISSING */
  list(repoId: number, query?: PageQuery, options?: CallOptions): Promise<Page<DeployKey>>
  all(repoId: number, options?: CallOptions): AsyncIterable<DeployKey>
  /** Needs the role of an admin. @throws REPO_NOT_FOUND, ROLE_MISSING, SSH_KEY_INVALID, PUBLIC_KEY_EXISTS */
  add(repoId: number, input: AddDeployKey, options?: CallOptions): Promise<DeployKey>
  /** @throws REPO_NOT_FOUND, ROLE_MISSING, PUBLIC_KEY_NOT_FOUND */
  delete(repoId: number, keyId: number, options?: CallOptions): Promise<Deleted>
}

/** Who may move which branches and make which tags. It holds on every way in. */
export interface ProtectionApi {
  /** One page, by kind and name. @throws REPO_NOT_FOUND, ROLE_MISSING */
  list(repoId: number, query?: ProtectedRefQuery, options?: CallOptions): Promise<Page<ProtectedRef>>
  all(repoId: number, options?: CallOptions): AsyncIterable<ProtectedRef>
  /**
   * Protects a branch or tags, or changes the levels of a rule of that kind and name; may be called twice. Needs the role
   * of an admin. A protected branch is never deleted, and its history never rewritten, whoever asks.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REF_INVALID, BRANCH_NOT_FOUND (a name without `*` that is no branch)
   */
  set(repoId: number, input: SetProtectedRef, options?: CallOptions): Promise<ProtectedRef>
  /** @throws REPO_NOT_FOUND, ROLE_MISSING, PROTECTED_REF_NOT_FOUND */
  delete(repoId: number, ruleId: number, options?: CallOptions): Promise<Deleted>
}
