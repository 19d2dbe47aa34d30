/** Where an error message points into the room's code: `main.py:3:7`, `File "main.py", line 3`. */
export interface CodeLink {
  /** Units from the start of the line. */
  start: number
  end: number
  lineNumber: number
  column: number
}

const patterns = [
  /File "(?<file>[^"]+)", line (?<line>\d+)/g,
  /(?<file>[\w./-]+\.(?:bash|c|cc|cpp|cxx|h|hpp|java|js|mjs|py|sh|ts)):(?: line )?(?<line>\d+)(?::(?<column>\d+))?/g,
]
/** Files of the languages themselves are not the room's. */
const foreign = /^\/(?:usr|lib|opt|nix)\/|node_modules|\/lib\//

export function findCodeLinks(text: string): CodeLink[] {
  const links: CodeLink[] = []
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const { file = '', line = '', column } = match.groups ?? {}
      if (foreign.test(file)) continue
      const end = match.index + match[0].length
      if (links.some((link) => match.index < link.end && end > link.start)) continue
      links.push({
        start: match.index,
        end,
        lineNumber: Number(line),
        column: column === undefined ? 1 : Number(column),
      })
    }
  }
  return links.sort((a, b) => a.start - b.start)
}
