const megabyte = 1024 * 1024

/** Mebibytes with two decimals, above 1,024 of them gibibytes: `0.16M`; with `unit` `MB` or `GB`. */
function sizeIn(bytes: number, suffix: string): string {
  const megabytes = bytes / megabyte
  return megabytes > 1024 ? `${(megabytes / 1024).toFixed(2)}G${suffix}` : `${megabytes.toFixed(2)}M${suffix}`
}

/** As a repository tells it: `0.16M`. Pure. */
export const shortSize = (bytes: number): string => sizeIn(bytes, '')

/** As the statistics tell it: `0.26 MB`. Pure. */
export const longSize = (bytes: number): string => sizeIn(bytes, 'B').replace(/(?=[MG]B$)/, ' ')
