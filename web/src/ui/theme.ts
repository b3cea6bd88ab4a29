import {
  Button,
  type CSSVariablesResolver,
  createTheme,
  Input,
  type MantineColorsTuple,
} from "@mantine/core";

const vermilion: MantineColorsTuple = [
  "#fdf0ec",
  "#fbe0d8",
  "#f5bfb1",
  "#ee9b86",
  "#e67a60",
  "#dc5738",
  "#cd4023",
  "#c1361b",
  "#a32c14",
  "#85220e",
];

/** Mantine in the clothes of `theme.css`: its colours are ours, by reference. */
export const theme = createTheme({
  primaryColor: "vermilion",
  primaryShade: { light: 7, dark: 4 },
  colors: { vermilion },
  fontFamily: "var(--font)",
  headings: { fontFamily: "var(--font)", fontWeight: "600" },
  defaultRadius: "var(--radius)",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  // Plain objects for what the first page does not show: naming a component would load it.
  components: {
    Button: Button.extend({
      defaultProps: { size: "md" },
      // What stands on the accent is white by day and dark by night, so that it can be read.
      vars: (_theme, { variant = "filled", color }) => ({
        root: variant === "filled" && !color ? { "--button-color": "var(--on-accent)" } : {},
      }),
      styles: { root: { fontWeight: 600 }, label: { fontVariantNumeric: "tabular-nums" } },
    }),
    InputWrapper: Input.Wrapper.extend({
      styles: {
        label: { fontWeight: 600, marginBottom: 4 },
        error: { fontSize: "0.875rem", marginTop: 4 },
        description: { fontSize: "0.875rem", color: "var(--ink-quiet)" },
      },
    }),
    Input: Input.extend({ defaultProps: { size: "md" } }),
    Checkbox: { defaultProps: { size: "md" } },
    Radio: { defaultProps: { size: "md" } },
    SegmentedControl: {
      styles: {
        root: { background: "var(--paper-sunken)", border: "1px solid var(--line)" },
        indicator: {
          background: "var(--paper-raised)",
          boxShadow: "0 0 0 1px var(--line-strong)",
        },
      },
    },
    Modal: {
      defaultProps: {
        centered: true,
        radius: "var(--radius)",
        // A dialog's head is a <header>, which a screen reader would take for the page's own.
        attributes: { header: { role: "presentation" } },
      },
      styles: { title: { fontSize: "var(--title-3)", fontWeight: 600, lineHeight: 1.25 } },
    },
  },
});

/** Mantine's own variables, led back to ours, so that light and dark have one source. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--paper)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-quiet)",
    "--mantine-color-placeholder": "var(--ink-quiet)",
    "--mantine-color-error": "var(--bad)",
    "--mantine-color-disabled": "var(--paper-sunken)",
    "--mantine-color-disabled-color": "var(--ink-quiet)",
    "--mantine-color-disabled-border": "var(--line)",
    "--mantine-color-anchor": "var(--accent)",
    "--mantine-color-default": "var(--paper-raised)",
    "--mantine-color-default-hover": "var(--paper-sunken)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-primary-color-filled": "var(--accent)",
    "--mantine-primary-color-filled-hover": "var(--accent-strong)",
    "--mantine-primary-color-contrast": "var(--on-accent)",
    "--mantine-color-vermilion-filled": "var(--accent)",
    "--mantine-color-vermilion-filled-hover": "var(--accent-strong)",
    "--mantine-color-vermilion-text": "var(--accent)",
  };
  const light = { ...shared, "--mantine-color-gray-4": "var(--line-strong)" };
  const dark = {
    ...shared,
    "--mantine-color-dark-4": "var(--line-strong)",
    "--mantine-color-dark-5": "var(--line)",
    "--mantine-color-dark-6": "var(--paper-raised)",
    "--mantine-color-dark-7": "var(--paper)",
  };
  return { variables: {}, light, dark };
};
