/**
 * The program of a worker thread: opens one encrypted OpenSSH key, which it is given with its start, answers once, and
 * is over. What it held goes with it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openOpenSsh } from './open-openssh.ts'

const { text, passphrase } = workerData as { readonly text: string; readonly passphrase: string }
parentPort?.postMessage({ key: openOpenSsh(text, passphrase) })
