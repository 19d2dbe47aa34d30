import { createTheme } from '@mantine/core'
import type { CSSVariablesResolver, MantineColorsTuple, VariantColorsResolver } from '@mantine/core'

// A ten-step grey. Mantine wants one as its primary colour; what is drawn comes from the tokens,
// through `variantColors` and `cssVariables` below.
const ink: MantineColorsTuple = [
  '#f9f8f5',
  '#f2f0ec',
  '#e9e7e1',
  '#d6d3cc',
  '#b0aea8',
  '#84817a',
  '#65625b',
  '#54514b',
  '#3b3933',
  '#1b1a17',
]

/** filled, default and subtle are the three kinds of button there are; see the tokens. */
const variantColors: VariantColorsResolver = ({ variant }) => {
  const clear = 'transparent'
  const edge = (color: string) => `1px solid ${color}`
  switch (variant) {
    case 'filled':
      return {
        background: 'var(--accent)',
        hover: 'var(--accent-hover)',
        color: 'var(--on-accent)',
        border: edge('var(--accent)'),
      }
    case 'subtle':
    case 'transparent':
      return {
        background: clear,
        hover: 'var(--surface-hover)',
        color: 'var(--text)',
        border: edge(clear),
      }
    default:
      return {
        background: clear,
        hover: 'var(--surface-hover)',
        color: 'var(--text)',
        border: edge('var(--edge-control)'),
      }
  }
}

export const theme = createTheme({
  primaryColor: 'ink',
  colors: { ink },
  variantColorResolver: variantColors,
  fontFamily: 'var(--font-ui)',
  fontFamilyMonospace: 'var(--font-code)',
  headings: {
    fontFamily: 'var(--font-ui)',
    fontWeight: '600',
    sizes: {
      h1: { fontSize: 'var(--text-28)', lineHeight: 'var(--leading-tight)' },
      h2: { fontSize: 'var(--text-20)', lineHeight: 'var(--leading-tight)' },
      h3: { fontSize: 'var(--text-16)', lineHeight: 'var(--leading-tight)' },
    },
  },
  fontSizes: {
    xs: 'var(--text-12)',
    sm: 'var(--text-13)',
    md: 'var(--text-14)',
    lg: 'var(--text-16)',
    xl: 'var(--text-20)',
  },
  spacing: {
    xs: 'var(--space-1)',
    sm: 'var(--space-2)',
    md: 'var(--space-3)',
    lg: 'var(--space-4)',
    xl: 'var(--space-5)',
  },
  radius: {
    xs: 'var(--radius-1)',
    sm: 'var(--radius-2)',
    md: 'var(--radius-3)',
    lg: 'var(--radius-4)',
  },
  defaultRadius: 'sm',
  shadows: {
    xs: 'var(--shadow-1)',
    sm: 'var(--shadow-2)',
    md: 'var(--shadow-2)',
    lg: 'var(--shadow-3)',
    xl: 'var(--shadow-3)',
  },
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Modal: {
      defaultProps: { transitionProps: { duration: 180, transition: 'fade' }, shadow: 'lg' },
      classNames: {
        overlay: 'modal-scrim',
        inner: 'modal-inner',
        content: 'modal',
        header: 'modal-head',
        title: 'modal-title',
        body: 'modal-body',
        close: 'modal-close',
      },
    },
    Menu: {
      defaultProps: {
        transitionProps: { duration: 120, transition: 'fade' },
        shadow: 'sm',
        offset: 4,
        position: 'bottom-end',
        // Its placeholder is a child that no menu may have; the focus goes to the first item.
        withInitialFocusPlaceholder: false,
      },
      classNames: {
        dropdown: 'menu',
        item: 'menu-item',
        label: 'menu-label',
        divider: 'menu-rule',
      },
    },
    Popover: {
      defaultProps: { transitionProps: { duration: 120, transition: 'fade' }, shadow: 'sm' },
      classNames: { dropdown: 'menu' },
    },
    Tooltip: {
      defaultProps: { openDelay: 400, transitionProps: { duration: 120 }, events: tooltipEvents() },
      classNames: { tooltip: 'tooltip' },
    },
  },
})

function tooltipEvents() {
  return { hover: true, focus: true, touch: false }
}

// Under both schemes: Mantine's defaults there are more specific than plain `variables`.
const tokens = {
  '--mantine-color-body': 'var(--surface-frame)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-bright': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-muted)',
  '--mantine-color-placeholder': 'var(--text-faint)',
  '--mantine-color-disabled-color': 'var(--text-faint)',
  '--mantine-color-disabled': 'var(--surface-hover)',
  '--mantine-color-disabled-border': 'var(--edge)',
  '--mantine-color-default': 'var(--surface-work)',
  '--mantine-color-default-hover': 'var(--surface-hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--edge-control)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-filled-hover': 'var(--accent-hover)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
  '--mantine-color-ink-filled': 'var(--accent)',
  '--mantine-color-ink-filled-hover': 'var(--accent-hover)',
  '--mantine-color-anchor': 'var(--text)',
  '--mantine-color-error': 'var(--danger)',
  '--mantine-color-success': 'var(--success)',
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: tokens,
  dark: tokens,
})
