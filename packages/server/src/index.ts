export { type App, type AppOptions, createApp } from './app.ts'
export type { AppEnv } from './app-env.ts'
export type { RefusedChange, ServedGitferry } from './served.ts'
