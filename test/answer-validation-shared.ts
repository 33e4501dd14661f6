import { apiDocument } from '../packages/server/src/openapi/document.ts'
import { AnswerValidation } from './answer-validation.ts'

let shared: AnswerValidation | undefined

/** The one for this version’s own description; making it takes a moment. */
export function answerValidation(): AnswerValidation {
  shared ??= new AnswerValidation(apiDocument())
  return shared
}
