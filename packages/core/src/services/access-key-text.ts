import { randomBytes, randomInt } from 'node:crypto'

const idLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const idLength = 18
const secretBytes = 30

/** A new pair of keys: an id of 20 letters and digits that begins with `GF`, and a secret of 40 in base64url. */
export const newAccessKeyText = () => ({
  access_key_id: `GF${Array.from({ length: idLength }, () => idLetters[randomInt(36)]).join('')}`,
  secret_access_key: randomBytes(secretBytes).toString('base64url'),
})
