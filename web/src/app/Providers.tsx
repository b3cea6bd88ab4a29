import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { colourSchemeManager } from "@/ui/colourScheme";
import { cssVariables, theme } from "@/ui/theme";

const colourScheme = colourSchemeManager();

interface ProvidersProps {
  queryClient: QueryClient;
  children: ReactNode;
}

/** What every page finds around itself: looks, the cache of answers, short messages. */
export function Providers({ queryClient, children }: ProvidersProps) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colourScheme}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-center" />
        {children}
      </QueryClientProvider>
    </MantineProvider>
  );
}
