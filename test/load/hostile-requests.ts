import type { Sent } from './callers.ts'

const json = { 'Content-Type': 'application/json' }

/** Requests that nobody well-meaning sends; every one must be refused, with 4xx. */
export const hostileRequests: readonly Omit<Sent, 'kind'>[] = [
  { method: 'GET', path: '/api/v1/repos', headers: { Authorization: 'Bearer gitferry_aaaaaaaaaaaa_wrong' } },
  { method: 'GET', path: '/api/v1/repos', headers: { Authorization: 'Basic eDp5' } },
  { method: 'GET', path: '/api/v1/audit/logs?page_size=100000' },
  { method: 'GET', path: `/api/v1/repos/${'9'.repeat(400)}` },
  { method: 'GET', path: '/api/v1/repos/1/branches?type=%00' },
  { method: 'GET', path: `/${'a/'.repeat(3_000)}` },
  { method: 'POST', path: '/api/v1/sync/tasks', headers: json, body: '['.repeat(200_000) },
  { method: 'POST', path: '/api/v1/sync/tasks', headers: json, body: `{"name":"${'x'.repeat(2_000_000)}"}` },
  { method: 'POST', path: '/api/v1/sync/tasks', headers: json, body: '{"repo_id":1,"repo_id":2}' },
  { method: 'POST', path: '/api/v1/sync/tasks', headers: json, body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
  { method: 'POST', path: '/api/v1/sync/tasks', body: '{}' },
  {
    method: 'POST',
    path: '/api/v1/sync/tasks',
    headers: json,
    body: JSON.stringify({ repo_id: 1, source_branch: '--upload-pack=touch x', target_remote: 'backup' }),
  },
  {
    method: 'POST',
    path: '/api/v1/sync/tasks',
    headers: json,
    body: JSON.stringify({
      repo_id: 1,
      source_branch: 'main',
      target_remote: 'backup',
      cron_expression: `${'0,'.repeat(500)}0 0 31 2 *`,
    }),
  },
  { method: 'POST', path: '/api/v1/repos', headers: json, body: JSON.stringify({ path: '/etc' }) },
  {
    method: 'POST',
    path: '/api/v1/repos/clone',
    headers: json,
    body: JSON.stringify({ name: 'x', url: 'ext::sh -c id' }),
  },
  {
    method: 'POST',
    path: '/api/v1/repos/1/remotes',
    headers: json,
    body: JSON.stringify({ name: 'metadata', fetch_url: 'http://169.254.169.254/latest' }),
  },
  {
    method: 'POST',
    path: '/api/v1/notification/preview',
    headers: json,
    body: JSON.stringify({ template: '{% for a in (1..100000000) %}{{ a }}{% endfor %}' }),
  },
  {
    method: 'POST',
    path: '/api/webhooks/task-sync',
    headers: { ...json, 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` },
    body: '{"task_id":1}',
  },
  {
    method: 'POST',
    path: '/api/webhooks/task-sync',
    headers: { ...json, 'X-Hub-Signature-256': 'sha1=00' },
    body: Buffer.alloc(900_000, 'a'),
  },
  { method: 'POST', path: '/api/v1/sync/tasks/1/run', headers: { Origin: 'https://evil.example' } },
  { method: 'GET', path: '/api/v1/repos', headers: { Host: 'evil.example' } },
  { method: 'DELETE', path: '/api/v1/repos/1/branches/..%2f..%2fconfig' },
  { method: 'GET', path: '/api/v1/repos', headers: Object.fromEntries(headers(150)) },
]

function* headers(count: number): Generator<[string, string]> {
  for (let index = 0; index < count; index += 1) yield [`x-${index}`, 'y']
}

/** What is sent without ever being a whole request. */
export const neverWhole: readonly string[] = [
  'GET /api/v1/repos HTTP/1.1\r\nHost: localhost\r\nX-Slow: ',
  'POST /api/v1/sync/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  '\u0016\u0003\u0001\u0002\u0000hello',
]
