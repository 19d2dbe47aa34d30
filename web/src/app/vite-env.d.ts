interface ImportMetaEnv {
  /** Base URL of the server's API; empty or absent: the origin that delivered the client. */
  readonly VITE_API_BASE?: string
}

interface ImportMeta {
  readonly env: ImportMetaEnv
}
