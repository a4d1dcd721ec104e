import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Failure } from '../../chat/failure.ts'

/** Where llama.cpp's shared libraries are on this machine, and what they are. */
export interface Libraries {
  readonly package: string
  /** The package's version, and llama.cpp's release inside it. */
  readonly version: string
  readonly release: string
  /** The folder with the libraries and ggml's backends. */
  readonly folder: string
  readonly base: string
  readonly ggml: string
  readonly llama: string
}

/** The release that `bindings.ts` describes. Another one may lay out its structs differently. */
export const knownRelease = { version: '3.22.1', release: 'v0.5.0' } as const

const require = createRequire(import.meta.url)

/**
 * Finds the libraries in the npm packages that carry them, a build for a graphics card before the plain one.
 * Throws a `Failure` that says what to install.
 */
export function findLibraries(): Libraries {
  const platform = `${process.platform}-${process.arch}`
  const wanted = `@node-llama-cpp/${platform}`
  let found = ''
  for (const build of [`${platform}-cuda`, `${platform}-vulkan`, platform]) {
    const libraries = librariesOf(`@node-llama-cpp/${build}`, build)
    if (libraries === null) continue
    if (libraries.version === knownRelease.version && libraries.release === knownRelease.release)
      return libraries
    found = ` (found ${libraries.package} ${libraries.version}, of another release)`
  }
  throw new Failure(
    'internal',
    `llama.cpp's libraries are missing${found}. Install them with: npm install ${wanted}@${knownRelease.version}`,
  )
}

/** File names of ggml's backends in this process; empty where the system does not list what is loaded. */
export function loadedBackends(): string[] {
  if (process.platform !== 'linux') return []
  const maps = readFileSync('/proc/self/maps', 'utf8')
  const names = [...maps.matchAll(/libggml-(?!base)[\w-]+\.so/g)].map(([name]) => name)
  return [...new Set(names)]
}

function librariesOf(name: string, build: string): Libraries | null {
  const root = packageFolder(name)
  if (root === null) return null
  const folder = join(root, 'bins', build)
  if (!existsSync(folder)) return null
  const files = readdirSync(folder)
  const named = (start: string): string =>
    join(
      folder,
      files.find((file) => file === `${start}.so` || file.startsWith(`${start}.v`)) ?? `${start}.so`,
    )
  return {
    package: name,
    version: field(join(root, 'package.json'), ['version']),
    release: field(join(folder, '_nlcBuildMetadata.json'), ['buildOptions', 'llamaCpp', 'release']),
    folder,
    base: named('libggml-base'),
    ggml: named('libggml'),
    llama: named('libllama'),
  }
}

function packageFolder(name: string): string | null {
  try {
    return dirname(require.resolve(`${name}/package.json`))
  } catch {
    // The package does not export its package.json, or is not there.
  }
  const folders = require.resolve.paths(name) ?? []
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder)) ?? null
}

function field(file: string, path: readonly string[]): string {
  if (!existsSync(file)) return ''
  let value: unknown = JSON.parse(readFileSync(file, 'utf8'))
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return ''
    value = new Map<string, unknown>(Object.entries(value)).get(key)
  }
  return typeof value === 'string' ? value : ''
}
