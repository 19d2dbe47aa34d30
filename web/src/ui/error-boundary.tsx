import { Component } from 'react'
import type { ErrorInfo, ReactNode } from 'react'
import { common } from '../text/common'
import { Button } from './button'

type ErrorBoundaryProps = {
  children: ReactNode
  /** What stands in place of what broke; without it, a sentence and two buttons. */
  fallback?: (retry: () => void) => ReactNode
}
type ErrorBoundaryState = { broken: boolean }

/** Keeps a crash inside its part of the page. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { broken: false }

  static getDerivedStateFromError(): ErrorBoundaryState {
    return { broken: true }
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error('A part of the page stopped working.', error, info.componentStack)
  }

  private readonly retry = () => this.setState({ broken: false })

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children
    if (this.props.fallback) return this.props.fallback(this.retry)
    return (
      <div className="broken" role="alert">
        <p>
          <strong>{common.crashedTitle}.</strong> {common.crashed}
        </p>
        <div className="acts">
          <Button size="xs" onClick={this.retry}>
            {common.tryAgain}
          </Button>
          <Button size="xs" kind="quiet" onClick={() => window.location.reload()}>
            {common.reload}
          </Button>
        </div>
      </div>
    )
  }
}
