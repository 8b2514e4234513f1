import { Alert, Anchor, createTheme, Modal, type CSSVariablesResolver } from '@mantine/core';

/** The fonts of the reader's system: nothing is loaded from elsewhere. */
export const theme = createTheme({
  primaryColor: 'blue',
  // Mantine's own shade is too pale for white text on it (WCAG AA asks for 4.5 : 1).
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  respectReducedMotion: true,
  components: {
    // Within a sentence the colour alone does not tell a link from the words round it.
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    // The colour of its kind is too pale for a title; the frame has it all the same.
    Alert: Alert.extend({ styles: { label: { color: 'var(--mantine-color-text)' } } }),
    // A cross says nothing to who cannot see it.
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
  },
});

/** Mantine's greys and reds for text are too pale as well. */
export const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
});
