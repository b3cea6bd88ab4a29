import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { colourSchemeManager } from "@/ui/colourScheme";
import { cssVariables, theme } from "@/ui/theme";

const colourScheme = colourSchemeManager();

interface ProvidersProps {
  queryClient: QueryClient;
  children: ReactNode;
}

/** What every page finds around itself: looks and the cache of answers. */
export function Providers({ queryClient, children }: ProvidersProps) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colourScheme}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </MantineProvider>
  );
}
