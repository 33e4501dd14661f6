export { type Defect, storageDefects } from './defects.ts'
export { describeStorage, type StorageSubject } from './describe-storage.ts'
export type { CaseContext, StorageCase, StorageCases } from './storage-case.ts'
export { storageThemes } from './themes.ts'
