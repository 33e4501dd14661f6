/** How often a property is tried that takes long: `usual`, or as often as GITFERRY_FUZZ_CASES says (`properties.long.test.ts`). */
export const repetitions = (usual: number): number => Number(process.env.GITFERRY_FUZZ_CASES ?? usual)
