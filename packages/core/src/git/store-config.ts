/** What a bare repository of ours is configured with. */
export interface StoreConfig {
  readonly objectFormat: 'sha1' | 'sha256'
  /**
   * Whether it is somebody's repository, and not only what stands behind one: then its folder is never removed, only
   * moved out of the way. Default false.
   */
  readonly isHosted?: boolean | undefined
}

/** The text of the `config` of a store, or of a repository that gitferry hosts. Pure. */
export function storeConfig({ objectFormat, isHosted = false }: StoreConfig): string {
  const isSha1 = objectFormat === 'sha1'
  return [
    '[core]',
    `\trepositoryFormatVersion = ${isSha1 ? 0 : 1}`,
    '\tbare = true',
    '\tfileMode = true',
    '\tlogAllRefUpdates = false',
    ...(isSha1 ? [] : ['[extensions]', '\tobjectFormat = sha256']),
    '[uploadpack]',
    '\tallowAnySHA1InWant = true',
    '[gc]',
    '\tauto = 0',
    '[maintenance]',
    '\tauto = false',
    ...(isHosted ? ['[gitferry]', '\thosted = true'] : []),
    '',
  ].join('\n')
}

/** Whether the text of a `config` has the mark of a hosted repository. Pure. */
export const hasHostedMark = (config: string): boolean =>
  /^\[gitferry\][ \t]*\n\s*hosted\s*=\s*true[ \t]*$/m.test(config)

/** Whether the text of a `config` is just what a store is given, and so no hosted repository's. Pure. */
export const isStoreConfig = (config: string): boolean =>
  (['sha1', 'sha256'] as const).some((objectFormat) => config === storeConfig({ objectFormat }))
