import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useGetEventsByEventId } from "@/api/generated/events";
import {
  getGetTicketsEventsByEventIdPromoCodesQueryKey,
  useGetTicketsEventsByEventIdPromoCodes,
  usePatchTicketsEventsByEventIdPromoCodesByPromoId,
} from "@/api/generated/tickets";
import { paths } from "@/paths";
import { Empty, ErrorState, LinkButton, LoadingLines, Page, PageHeader } from "@/ui";

import { CodeForm } from "./CodeForm";

/** Change the terms of a code, for who uses it from now on. */
export function Component() {
  const { t } = useTranslation("promo-codes");
  const params = useParams();
  const eventId = Number(params.eventId);
  const promoId = Number(params.promoId);
  const navigate = useNavigate();
  const queries = useQueryClient();
  // Looking again while somebody types would throw away what they typed.
  const once = { query: { refetchOnWindowFocus: false } };
  const event = useGetEventsByEventId(eventId, once);
  const codes = useGetTicketsEventsByEventIdPromoCodes(eventId, once);
  const change = usePatchTicketsEventsByEventIdPromoCodesByPromoId();
  const promo = codes.data?.find(({ id }) => id === promoId);
  const list = paths.organiseEventPart(eventId, "promo-codes");
  const title = promo ? t("form.editTitle", { code: promo.code }) : t("title");
  const error = event.error ?? codes.error;
  return (
    <Page title={title} width="text">
      <PageHeader title={title} above={<Link to={list}>{t("title")}</Link>} />
      {error !== null && <ErrorState error={error} />}
      {error === null && !(event.data && codes.data) && <LoadingLines lines={6} height={56} />}
      {codes.data && !promo && (
        <Empty title={t("gone")} action={<LinkButton to={list}>{t("backToList")}</LinkButton>} />
      )}
      {event.data && promo && (
        <CodeForm
          event={event.data}
          promo={promo}
          isBusy={change.isPending}
          error={change.error}
          onSave={async ({ code, ...data }) => {
            await change.mutateAsync({ eventId, promoId, data });
            await queries.invalidateQueries({
              queryKey: getGetTicketsEventsByEventIdPromoCodesQueryKey(eventId),
            });
            await navigate(list, { state: { said: t("saved", { code }) } });
          }}
        />
      )}
    </Page>
  );
}
