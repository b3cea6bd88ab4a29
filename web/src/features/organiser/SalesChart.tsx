import "@mantine/charts/styles.css";

import { BarChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";

import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";

import classes from "./Organiser.module.css";

export interface Bar {
  label: string;
  tickets: number;
  revenue: string;
}

export interface SalesChartProps {
  bars: Bar[];
  currency: string;
}

/** Tickets as bars. The figures stand in the table below, so this is for the eye alone. */
export default function SalesChart({ bars, currency }: SalesChartProps) {
  const { t } = useTranslation("organiser");
  return (
    <div aria-hidden="true">
      <BarChart
        h={CHART_HEIGHT}
        data={bars}
        dataKey="label"
        series={[{ name: "tickets", color: "var(--accent)" }]}
        gridColor="var(--line)"
        textColor="var(--ink-quiet)"
        strokeDasharray="2 4"
        tickLine="none"
        maxBarWidth={40}
        valueFormatter={(value) => String(value)}
        yAxisProps={{ allowDecimals: false, width: 40 }}
        xAxisProps={{ interval: "preserveStartEnd", minTickGap: 24 }}
        barProps={{ isAnimationActive: false, radius: [2, 2, 0, 0] }}
        barChartProps={{ accessibilityLayer: false }}
        tooltipAnimationDuration={0}
        tooltipProps={{
          cursor: { fill: "var(--line)", fillOpacity: 0.5 },
          content: ({ payload }) => (
            <Tip bar={payload?.[0]?.payload as Bar | undefined} currency={currency} t={t} />
          ),
        }}
      />
    </div>
  );
}

export const CHART_HEIGHT = 260;

interface TipProps {
  bar: Bar | undefined;
  currency: string;
  t: ReturnType<typeof useTranslation<"organiser">>["t"];
}

function Tip({ bar, currency, t }: TipProps) {
  const language = useLanguage();
  if (bar === undefined) return null;
  return (
    <div className={classes.tip}>
      <strong>{bar.label}</strong>
      <span>{t("dashboard.ticketsSold", { count: bar.tickets })}</span>
      <span>{formatMoney(bar.revenue, currency, language)}</span>
    </div>
  );
}
