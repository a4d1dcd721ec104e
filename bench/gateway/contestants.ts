import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A gateway, how it is started in a folder of its own, and the headers that it wants beside the usual ones. */
export interface Contestant {
  readonly name: string
  /** Writes what it needs into `folder`; null where the machine has not got it, and `install` says how to get it. */
  readonly start: (at: Place) => Command | null
  readonly headers: (upstream: string) => Readonly<Record<string, string>>
  readonly install: string
}

export interface Place {
  readonly folder: string
  readonly port: number
  /** `http://127.0.0.1:port` of the server behind it. */
  readonly upstream: string
}

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export const model = 'Qwen/Qwen3-VL-32B-Instruct'
const key = 'sk-bench-0123456789'

const { PORTKEY = '', LITELLM = '', BIFROST = '', NGINX = '' } = process.env
const bearer = () => ({ authorization: `Bearer ${key}` })

/** Puts into `folder` what its users install: built, without sources. Gives the program. */
function packSilica(folder: string): string {
  const checkout = join(import.meta.dirname, '../..')
  execFileSync('npm', ['run', 'build'], { cwd: checkout, stdio: 'ignore' })
  for (const part of ['bin', 'dist', 'models', 'docs/guides', 'package.json'])
    cpSync(join(checkout, part), join(folder, part), { recursive: true })
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'))
  return join(folder, 'bin/silica.js')
}

export const contestants: readonly Contestant[] = [
  {
    name: 'nginx',
    headers: bearer,
    install: 'apt-get install nginx-light, and NGINX=/usr/sbin/nginx',
    start({ folder, port, upstream }) {
      if (NGINX === '') return null
      const file = join(folder, 'nginx.conf')
      writeFileSync(
        file,
        `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 8192; }
http {
  access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
  fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  keepalive_requests 100000000; client_body_buffer_size 64k; tcp_nodelay on;
  upstream behind { server ${new URL(upstream).host}; keepalive 4096; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}`,
      )
      return { command: NGINX, args: ['-c', file, '-p', folder], env: {} }
    },
  },
  {
    name: 'Node relay',
    headers: bearer,
    install: '',
    start: ({ port, upstream }) => ({
      command: 'node',
      args: [join(import.meta.dirname, 'relay.ts'), String(port), upstream],
      env: {},
    }),
  },
  {
    name: 'Silica',
    headers: bearer,
    install: '',
    start({ folder, port, upstream }) {
      const limits = '{ RPM: 1000000000, RPD: 100000000000, TPM: 1000000000000 }'
      writeFileSync(
        join(folder, 'silica.yaml'),
        `limits: { level: bench, levels: { bench: { limits: ${limits} } } }
rows:
  - id: ${model}
    engine: { kind: upstream, server: openai, url: '${upstream}/v1' }
`,
      )
      return {
        command: 'node',
        args: [
          packSilica(folder),
          'serve',
          `--port=${port}`,
          `--data=${join(folder, 'data')}`,
          `--config=${join(folder, 'silica.yaml')}`,
        ],
        env: { SILICA_API_KEY: key },
      }
    },
  },
  {
    name: 'Portkey',
    headers: (upstream) => ({
      ...bearer(),
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `${upstream}/v1`,
    }),
    install:
      'npm install @portkey-ai/gateway with the overrides hono 4.9.7 and @hono/node-server 1.13.7 (with later ones its ' +
      'streams fail on Node 24), and PORTKEY=…/@portkey-ai/gateway/build/start-server.js',
    start: ({ port }) =>
      PORTKEY === ''
        ? null
        : {
            command: 'node',
            args: [PORTKEY, `--port=${port}`, '--headless'],
            env: { NODE_ENV: 'production' },
          },
  },
  {
    name: 'LiteLLM',
    headers: bearer,
    install: "pip install 'litellm[proxy]', and LITELLM=…/bin/litellm",
    start({ folder, port, upstream }) {
      if (LITELLM === '') return null
      const file = join(folder, 'config.yaml')
      writeFileSync(
        file,
        `model_list:
  - model_name: ${model}
    litellm_params: { model: openai/mock, api_base: '${upstream}/v1', api_key: none }
general_settings: { master_key: ${key} }
litellm_settings: { set_verbose: false, request_timeout: 60 }
`,
      )
      return {
        command: LITELLM,
        args: ['--config', file, '--port', String(port), '--host', '127.0.0.1', '--num_workers', '1'],
        env: { LITELLM_LOG: 'ERROR', LITELLM_MODE: 'PRODUCTION' },
      }
    },
  },
  {
    name: 'Bifrost',
    headers: bearer,
    install: 'BIFROST=…/bifrost-http, built from github.com/maximhq/bifrost',
    start({ folder, port, upstream }) {
      if (BIFROST === '') return null
      mkdirSync(join(folder, 'app'))
      writeFileSync(
        join(folder, 'app', 'config.json'),
        JSON.stringify({
          providers: {
            openai: {
              keys: [{ value: 'none', models: [], weight: 1 }],
              network_config: { base_url: upstream },
            },
          },
        }),
      )
      return { command: BIFROST, args: ['-app-dir', join(folder, 'app'), '-port', String(port)], env: {} }
    },
  },
]
