/** What a stream says up to the end of the event that begins so. */
export async function readUntil(answer: Response, beginning: string): Promise<string> {
  let text = ''
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += piece
    const begun = text.indexOf(beginning)
    if (begun !== -1 && text.indexOf('\n\n', begun) !== -1) break
  }
  return text
}
