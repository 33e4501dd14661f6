import type { Blob } from '@gitferry/core/contract'

/** `FilesResponseInfo`. The size is text: so is it in every client of the vendor’s. `ref`: as it was asked for. Pure. */
export const toFilesResponseInfo = (blob: Blob, ref: string) => ({
  file_name: blob.name,
  file_path: blob.path,
  size: String(blob.size_bytes),
  encoding: blob.encoding,
  ref,
  blob_id: blob.oid,
  file_type: blob.content_type,
  content: blob.content,
})

/** `FileContentInfo`, whose size is a number. Pure. */
export const toFileContentInfo = (blob: Blob, ref: string) => ({
  file_name: blob.name,
  file_path: blob.path,
  size: blob.size_bytes,
  encoding: blob.encoding,
  content_sha256: blob.sha256,
  ref,
  blob_id: blob.oid,
  commit_id: blob.commit_oid,
  last_commit_id: blob.last_commit_oid,
  content: blob.content,
})
