import { startApplication } from './application.ts'

const { ROBOT_WEBHOOK: webhook, ROBOT_SECRET: secret } = process.env
const application = await startApplication({
  dataDir: 'data',
  port: 8080,
  say: console.log,
  robot: webhook && secret ? { webhook, secret } : undefined,
})
console.log('the shop and gitferry: http://127.0.0.1:8080/ and http://127.0.0.1:8080/api/docs')
process.once('SIGTERM', () => application.stop())
