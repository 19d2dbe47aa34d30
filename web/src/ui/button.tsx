import { Tooltip } from '@mantine/core'
import type { ComponentProps, ReactNode } from 'react'
import { Link } from 'react-router'
import type { To } from 'react-router'
import { Icon } from './icon'
import type { IconName } from './icon'

/** main: the one filled button of a view. quiet: no edge until hovered. */
export type ButtonKind = 'main' | 'outlined' | 'quiet' | 'danger'
/** xs 28 px (room), sm 36 px (pages, dialogs), md 44 px (touch). */
export type ButtonSize = 'xs' | 'sm' | 'md'

type Look = { kind?: ButtonKind; size?: ButtonSize }

function lookOf({ kind = 'outlined', size = 'sm' }: Look, more: string | undefined): string {
  const classes = ['btn']
  if (kind !== 'outlined') classes.push(kind)
  if (size === 'xs') classes.push('sm')
  if (size === 'md') classes.push('touch')
  if (more) classes.push(more)
  return classes.join(' ')
}

export type ButtonProps = Look &
  Omit<ComponentProps<'button'>, 'disabled'> & {
    icon?: IconName
    /** Its work is under way: shows that, and takes no second click. */
    busy?: boolean
    /** Why it cannot be used now. A button is never disabled without a reason. */
    unavailable?: string | undefined
    children?: ReactNode
  }

export function Button(props: ButtonProps) {
  const { kind, size, icon, busy = false, unavailable, className, onClick, ...rest } = props
  const off = busy || unavailable !== undefined
  return (
    <button
      type="button"
      title={unavailable}
      {...rest}
      className={lookOf({ ...(kind && { kind }), ...(size && { size }) }, className)}
      aria-busy={busy || undefined}
      aria-disabled={unavailable !== undefined || undefined}
      onClick={(event) => {
        if (off) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {icon && <Icon name={icon} />}
      {rest.children}
      {busy && <span className="busy-line" aria-hidden="true" />}
    </button>
  )
}

type LinkButtonProps = Look & {
  to: To
  state?: unknown
  className?: string
  children: ReactNode
}

/** Looks like a button, goes somewhere. */
export function LinkButton({ kind, size, to, state, className, children }: LinkButtonProps) {
  return (
    <Link
      className={lookOf({ ...(kind && { kind }), ...(size && { size }) }, className)}
      to={to}
      state={state}
    >
      {children}
    </Link>
  )
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children' | 'disabled'> & {
  icon: IconName
  /** Said by screen readers and shown as tooltip. */
  label: string
  /** 24 px, for pane heads. */
  tiny?: boolean
  filled?: boolean
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, tiny = false, filled = false, className, ...rest } = props
  const classes = ['btn', 'icon', tiny ? 'tiny' : '', className ?? ''].filter(Boolean)
  return (
    <Tooltip label={label}>
      <button type="button" {...rest} className={classes.join(' ')} aria-label={label}>
        <Icon name={icon} filled={filled} />
      </button>
    </Tooltip>
  )
}
