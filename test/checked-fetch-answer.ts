/**
 * Holds one answer to the description of the API; it can be read afterwards. Of a stream of events, and of an answer
 * that breaks off, only the beginning is looked at. Its copy is made at once: the caller need not wait.
 * @throws an Error naming the operation, the request and what is wrong
 */
export async function checkAnswer(request: Request, response: Response): Promise<void> {
  const endless = response.headers.get('content-type')?.startsWith('text/event-stream')
  const whole = endless ? undefined : response.clone().text()
  await checkParts(request, response, await whole?.catch(() => undefined))
}

/** The same of what was read of it. */
export async function checkParts(
  { method, url }: Request,
  { headers, status }: Response,
  text: string | undefined,
): Promise<void> {
  // the description is large, and most files of tests see no answer
  const { answerValidation } = await import('./answer-validation-shared.ts')
  const path = new URL(url).pathname
  const type = headers.get('content-type')
  answerValidation().check({ method, path, status, type, ...(text !== undefined && { text }) })
}
