import { z } from 'zod'
import { type ErrorCode, errorCodes } from '../wire/error-codes.ts'

/** A code of the error table. */
export const errorCode = z
  .enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])
  .meta({ id: 'ErrorCode' })
