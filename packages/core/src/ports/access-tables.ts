import { boolean, type Definitions, integer, json, nullable, text } from './table-definition.ts'

const grant = {
  user_id: integer,
  name: text,
  scope: text,
  repo_ids: nullable(json),
  expires_at: nullable(text),
  last_used_at: nullable(text),
  created_at: text,
}

/** Of what opens remotes, and of who asks. */
export const accessTables: Definitions<
  'ssh_keys' | 'credentials' | 'host_keys' | 'users' | 'tokens' | 'access_keys'
> = {
  ssh_keys: {
    columns: {
      name: text,
      type: text,
      fingerprint: text,
      public_key: text,
      has_passphrase: boolean,
      description: nullable(text),
      sealed_private_key: text,
      last_used_at: nullable(text),
      created_at: text,
    },
    unique: [['name'], ['fingerprint']],
    indexes: [],
  },
  credentials: {
    columns: {
      name: text,
      type: text,
      username: text,
      origin: text,
      source: text,
      sealed_secret: text,
      last_used_at: nullable(text),
      created_at: text,
    },
    unique: [['name']],
    indexes: [],
  },
  host_keys: {
    columns: {
      host: text,
      port: integer,
      type: text,
      public_key: text,
      fingerprint: text,
      status: text,
      source: text,
      offered: nullable(json),
      offers: integer,
      created_at: text,
    },
    unique: [['host', 'port', 'type']],
    indexes: [],
  },
  users: { columns: { name: text, created_at: text }, unique: [['name']], indexes: [] },
  tokens: {
    columns: { ...grant, public_id: text, secret_hash: text },
    unique: [['public_id'], ['user_id', 'name']],
    indexes: [],
  },
  access_keys: {
    columns: { ...grant, access_key_id: text, sealed_secret: text },
    unique: [['access_key_id'], ['user_id', 'name']],
    indexes: [],
  },
}
