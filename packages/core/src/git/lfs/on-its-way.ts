/**
 * The folder of a store in which LFS objects wait between source and target. Whole ones stay there after a failure, for
 * the next run; what is left of a crash goes at the next start.
 */
export const lfsOnItsWay = 'lfs-on-its-way'
