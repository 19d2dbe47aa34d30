/** The editor's name for a language of the runner; unknown ones are drawn as plain text. */
const names: Record<string, string> = {
  bash: 'shell',
  c: 'c',
  'c++': 'cpp',
  cpp: 'cpp',
  java: 'java',
  javascript: 'javascript',
  python: 'python',
  sh: 'shell',
  shell: 'shell',
  typescript: 'typescript',
}

export function editorLanguage(language: string): string {
  return names[language] ?? 'plaintext'
}
