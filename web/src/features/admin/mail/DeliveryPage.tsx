import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import {
  type Attempt,
  type DeliveryDetail,
  useGetNotificationsDeliveriesByDeliveryId,
  useGetNotificationsDeliveriesByDeliveryIdContent,
  usePostNotificationsDeliveriesByDeliveryIdRetry,
} from "@/api/generated/notifications";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Buyer, type Fact, Facts, Tag, When } from "@/features/admin/frame/bits";
import { paths } from "@/paths";
import { type Column, DataTable, ErrorState, LoadingLines, Notice, Section } from "@/ui";

import { Rendered } from "./Rendered";
import { DELIVERY_TONES, OUTCOME_TONES } from "./tones";

/** One delivery: to whom, what it says, and every attempt. */
export function Component() {
  const { t } = useTranslation("admin");
  const deliveryId = Number(useParams().deliveryId);
  const found = useGetNotificationsDeliveriesByDeliveryId(deliveryId);
  return (
    <AdminPage
      title={t("delivery.title", { id: deliveryId })}
      above={<Link to={paths.adminPart("deliveries")}>{t("parts.deliveries")}</Link>}
    >
      {found.isPending && <LoadingLines lines={6} height={40} />}
      {found.isError && <ErrorState error={found.error} retry={() => void found.refetch()} />}
      {found.data && <Story delivery={found.data} />}
    </AdminPage>
  );
}

function Story({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("admin");
  return (
    <>
      <Retry delivery={delivery} />
      <Facts facts={useFacts(delivery)} />
      <Section title={t("delivery.history")}>
        <DataTable
          caption={t("delivery.history")}
          rows={delivery.history}
          rowKey={(attempt) => attempt.at}
          empty={<p>{t("delivery.never")}</p>}
          columns={useColumns()}
          hasCards
        />
      </Section>
      {delivery.status !== "erased" && (
        <Section title={t("delivery.content")}>
          <p className={classes.hint}>{t("delivery.contentHint")}</p>
          <Content delivery={delivery} />
        </Section>
      )}
    </>
  );
}

/** What was given up can be sent again, at once. */
function Retry({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const retry = usePostNotificationsDeliveriesByDeliveryIdRetry({
    mutation: { onSettled: () => queries.invalidateQueries() },
  });
  return (
    <div className={classes.notices}>
      {retry.isSuccess && <Notice tone="good" isAnnounced title={t("delivery.retried")} />}
      {retry.isError && <ErrorState error={retry.error} />}
      {delivery.status === "failed" && (
        <Notice
          tone="bad"
          title={delivery.last_error ?? t("deliveries.statuses.failed")}
          actions={
            <Button
              size="sm"
              variant="default"
              loading={retry.isPending}
              onClick={() => retry.mutate({ deliveryId: delivery.id })}
            >
              {t("delivery.retry")}
            </Button>
          }
        />
      )}
    </div>
  );
}

function Content({ delivery }: { delivery: DeliveryDetail }) {
  const content = useGetNotificationsDeliveriesByDeliveryIdContent(delivery.id);
  if (content.isPending) return <LoadingLines lines={6} height={40} />;
  if (content.isError)
    return <ErrorState error={content.error} retry={() => void content.refetch()} />;
  return <Rendered mail={content.data} isSms={delivery.channel === "sms"} />;
}

function useFacts(delivery: DeliveryDetail): Fact[] {
  const { t } = useTranslation("admin");
  const { status, template, language } = delivery;
  return [
    [t("deliveries.to"), <Buyer key="to" name={delivery.name} email={delivery.address} />],
    [
      t("deliveries.template"),
      <Link key="template" to={paths.adminOne("templates", template, language)}>
        {t(`templates.keys.${template}`)}
      </Link>,
    ],
    [t("deliveries.channel"), t(`deliveries.channels.${delivery.channel}`)],
    [t("delivery.language"), t(`templates.languages.${language as "fr"}`)],
    [
      t("deliveries.state"),
      <Tag key="state" tone={DELIVERY_TONES[status]}>
        {t(`deliveries.statuses.${status}`)}
      </Tag>,
    ],
    [t("deliveries.created"), <When key="created" instant={delivery.created_at} />],
    delivery.next_attempt_at === null
      ? [t("delivery.ended"), <When key="ended" instant={delivery.ended_at} />]
      : [t("delivery.next"), <When key="next" instant={delivery.next_attempt_at} />],
    [t("delivery.messageId"), delivery.message_id],
  ];
}

function useColumns(): Column<Attempt>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "at",
      title: t("delivery.at"),
      isRowHeader: true,
      render: ({ at }) => <When instant={at} />,
    },
    {
      key: "outcome",
      title: t("delivery.outcome"),
      render: ({ outcome }) => (
        <Tag tone={OUTCOME_TONES[outcome]}>{t(`delivery.outcomes.${outcome}`)}</Tag>
      ),
    },
    {
      key: "detail",
      title: t("delivery.detail"),
      render: ({ detail }) => <span className={classes.code}>{detail || "–"}</span>,
    },
  ];
}
