import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles'
import { App } from './app'
import { Boot } from './services'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

const boot = new Boot()
void boot.start()

createRoot(root).render(
  <StrictMode>
    <App boot={boot} />
  </StrictMode>,
)
