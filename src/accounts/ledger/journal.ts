import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { holdFile } from '../../storage/hold-file.ts'
import { abandonedLines, doneLines } from './line.ts'

/** Files of lines in a folder that no other living process writes to. They outlive the process, however it ends. */
export class Journal {
  readonly #folder: string
  readonly #letGo: () => void
  #count = 0
  #handle: FileHandle | undefined
  #file = ''
  /** Bytes of the file that is written to. */
  bytes = 0
  /** Other files that hold lines to be stored, oldest first, with their bytes. */
  readonly #sealed: { readonly file: string; readonly bytes: number }[] = []

  private constructor(folder: string, letGo: () => void) {
    this.#folder = folder
    this.#letGo = letGo
  }

  /**
   * Makes the folder `name` in `folder`. What processes that are no more left in the folders beside it is taken over as
   * sealed; `abandoned` has a line for each request that was open when they ended.
   */
  static open(folder: string, name: string): { journal: Journal; abandoned: readonly string[] } {
    const own = join(folder, name)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Held before there is a folder: one that nobody holds belongs to nobody.
    const letGo = holdFile(holdOf(own))
    if (letGo === undefined) throw new Error(`The folder ${own} is in use.`)
    mkdirSync(own, { mode: 0o700 })
    const journal = new Journal(own, letGo)
    const others = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== name)
      .map((entry) => join(folder, entry.name))
    return { journal, abandoned: others.flatMap((other) => journal.#takeOver(other)) }
  }

  #takeOver(folder: string): readonly string[] {
    const letGo = holdFile(holdOf(folder))
    if (letGo === undefined) return []
    // Another process may have been faster.
    const names = existsSync(folder) ? readdirSync(folder) : []
    names.sort((a, b) => Number.parseInt(a) - Number.parseInt(b))
    const abandoned = abandonedLines(texts(names.map((name) => join(folder, name))))
    for (const name of names) {
      const file = this.#nextFile()
      renameSync(join(folder, name), file)
      this.#sealed.push({ file, bytes: statSync(file).size })
    }
    leave(folder, letGo)
    return abandoned
  }

  /** Throws where the disk does not take it. */
  async append(lines: readonly string[]): Promise<void> {
    if (this.#handle === undefined) {
      this.#file = this.#nextFile()
      this.#handle = await open(this.#file, 'a', 0o600)
    }
    // The line break comes first, so that a line that was cut by a full disk spoils no other.
    const text = `\n${lines.join('\n')}`
    await this.#handle.appendFile(text)
    this.bytes += text.length
  }

  /**
   * Goes on to another file, which begins with `lines`; the one before is kept if it is `wanted`. Where the disk does not
   * take the lines this throws, and goes on with the file as it is.
   */
  async turn(lines: readonly string[], wanted: boolean): Promise<void> {
    const { handle, file, bytes } = { handle: this.#handle, file: this.#file, bytes: this.bytes }
    this.#handle = undefined
    this.bytes = 0
    try {
      if (lines.length > 0) await this.append(lines)
    } catch (error) {
      this.#handle = handle
      this.#file = file
      this.bytes = bytes
      throw error
    }
    if (handle === undefined) return
    await handle.close()
    if (wanted) this.#sealed.push({ file, bytes })
    else await rm(file)
  }

  /** Bytes of all files. */
  get size(): number {
    return this.#sealed.reduce((sum, { bytes }) => sum + bytes, this.bytes)
  }

  get sealed(): number {
    return this.#sealed.length
  }

  /** The lines with an outcome in the oldest sealed file. */
  async readOldest(): Promise<readonly string[]> {
    const [oldest] = this.#sealed
    return oldest === undefined ? [] : doneLines(await readFile(oldest.file, 'utf8'))
  }

  async removeOldest(): Promise<void> {
    const oldest = this.#sealed.shift()
    if (oldest !== undefined) await rm(oldest.file)
  }

  /** Leaves to the next process what is sealed, and what was written last if it is `wanted`. */
  async close(wanted: boolean): Promise<void> {
    await this.turn([], wanted)
    if (this.#sealed.length === 0) leave(this.#folder, this.#letGo)
    else this.#letGo()
  }

  #nextFile(): string {
    this.#count += 1
    return join(this.#folder, `${this.#count}.jsonl`)
  }
}

function holdOf(folder: string): string {
  return `${folder}.hold`
}

/** Deletes a folder that nothing is left in, and who holds it. */
function leave(folder: string, letGo: () => void): void {
  rmSync(folder, { recursive: true, force: true })
  letGo()
  rmSync(holdOf(folder), { force: true })
}

function* texts(files: readonly string[]): Generator<string> {
  for (const file of files) yield readFileSync(file, 'utf8')
}
