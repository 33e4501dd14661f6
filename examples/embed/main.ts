import { startApplication } from './application.ts'

const application = await startApplication({ dataDir: 'data', port: 8080, say: console.log })
console.log('the shop and gitferry: http://127.0.0.1:8080/ and http://127.0.0.1:8080/api/v1/repos')
process.once('SIGTERM', () => application.stop())
