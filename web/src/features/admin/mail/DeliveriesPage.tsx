import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import {
  Channel,
  type Delivery,
  Status,
  TemplateKey,
  useGetNotificationsDeliveries,
  useGetNotificationsHealth,
} from "@/api/generated/notifications";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Buyer, Tag } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { FilterSelect, SearchForm, useFilters } from "@/features/admin/frame/SearchForm";
import { paths } from "@/paths";
import { type Column, DateTime, Notice, StatCard, StatCards } from "@/ui";

import { DELIVERY_TONES } from "./tones";

const STATUSES = Object.values(Status);
const CHANNELS = Object.values(Channel);
const KEYS = Object.values(TemplateKey);
const LOOK_AGAIN_MS = 5_000;

/** Every mail and SMS, and how the queue stands. */
export function Component() {
  const { t } = useTranslation("admin");
  const { page, text, oneOf } = useFilters();
  const deliveries = useGetNotificationsDeliveries({
    q: text("q"),
    status: oneOf("status", STATUSES),
    channel: oneOf("channel", CHANNELS),
    template: oneOf("template", KEYS),
    page,
  });
  return (
    <AdminPage title={t("parts.deliveries")}>
      <Health />
      <SearchForm label={t("deliveries.search")}>
        <FilterSelect
          name="status"
          label={t("deliveries.state")}
          options={STATUSES.map((value) => ({ value, label: t(`deliveries.statuses.${value}`) }))}
        />
        <FilterSelect
          name="channel"
          label={t("deliveries.channel")}
          options={CHANNELS.map((value) => ({ value, label: t(`deliveries.channels.${value}`) }))}
        />
        <FilterSelect
          name="template"
          label={t("deliveries.template")}
          options={KEYS.map((value) => ({ value, label: t(`templates.keys.${value}`) }))}
        />
      </SearchForm>
      <Listing
        caption={t("parts.deliveries")}
        query={deliveries}
        columns={useColumns()}
        rowKey={(delivery) => delivery.id}
        empty={t("deliveries.empty")}
      />
    </AdminPage>
  );
}

function Health() {
  const { t } = useTranslation("admin");
  const { data } = useGetNotificationsHealth({ query: { refetchInterval: LOOK_AGAIN_MS } });
  const down = data?.channels.filter((line) => line.is_down) ?? [];
  return (
    <div className={classes.notices}>
      {down.map(({ channel }) => (
        <Notice
          key={channel}
          tone="bad"
          title={t("deliveries.channelDown", { channel: t(`deliveries.channels.${channel}`) })}
        />
      ))}
      <StatCards>
        <StatCard label={t("deliveries.queue")} value={data?.queue_length ?? "–"} />
        <StatCard
          label={t("deliveries.oldest")}
          value={
            data ? t("deliveries.seconds", { value: Math.round(data.oldest_waiting_seconds) }) : "–"
          }
        />
        <StatCard label={t("deliveries.failures")} value={data?.failures_last_hour ?? "–"} />
        <StatCard label={t("deliveries.givenUp")} value={data?.given_up ?? "–"} />
      </StatCards>
    </div>
  );
}

function useColumns(): Column<Delivery>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "template",
      title: t("deliveries.template"),
      isRowHeader: true,
      render: ({ id, template }) => (
        <Link to={paths.adminOne("deliveries", id)}>{t(`templates.keys.${template}`)}</Link>
      ),
    },
    {
      key: "to",
      title: t("deliveries.to"),
      render: ({ name, address }) => <Buyer name={name} email={address} />,
    },
    {
      key: "channel",
      title: t("deliveries.channel"),
      render: ({ channel }) => (
        <span className={classes.once}>{t(`deliveries.channels.${channel}`)}</span>
      ),
    },
    {
      key: "created",
      title: t("deliveries.created"),
      render: (delivery) => <DateTime instant={delivery.created_at} style="short" />,
    },
    {
      key: "state",
      title: t("deliveries.state"),
      render: ({ status, last_error: error }) => (
        <>
          <Tag tone={DELIVERY_TONES[status]}>{t(`deliveries.statuses.${status}`)}</Tag>
          {error !== null && status !== "sent" && <div className={classes.hint}>{error}</div>}
        </>
      ),
    },
    {
      key: "attempts",
      title: t("deliveries.attempts"),
      isNumeric: true,
      render: ({ attempts }) => attempts,
    },
  ];
}
