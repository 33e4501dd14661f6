import type { Mutation } from '../mutation.ts'
import { aliasMutations } from './aliases.ts'
import { auditMutations } from './audit.ts'
import { bodyMutations } from './bodies.ts'
import { branchMutations } from './branches.ts'
import { channelMutations } from './channels.ts'
import { deleteMutations } from './deletes.ts'
import { hostKeyMutations } from './host-keys.ts'
import { identityMutations } from './identities.ts'
import { keyMutations } from './keys.ts'
import { listMutations } from './lists.ts'
import { remoteMutations } from './remotes.ts'
import { repoMutations } from './repos.ts'
import { rowMutations } from './rows.ts'
import { serviceMutations } from './service.ts'
import { taskMutations } from './tasks.ts'
import { urlMutations } from './urls.ts'
import { webhookMutations } from './webhook.ts'

/** Every way in which a rule is taken out of the code, to see that its test notices. */
export const mutations: readonly Mutation[] = [
  ...rowMutations,
  ...listMutations,
  ...repoMutations,
  ...branchMutations,
  ...bodyMutations,
  ...deleteMutations,
  ...taskMutations,
  ...webhookMutations,
  ...keyMutations,
  ...remoteMutations,
  ...hostKeyMutations,
  ...identityMutations,
  ...channelMutations,
  ...urlMutations,
  ...auditMutations,
  ...serviceMutations,
  ...aliasMutations,
]
