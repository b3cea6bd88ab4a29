import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePostTicketsOrdersByCodeAttentionResolve } from "@/api/generated/tickets";

import { NoteDialog } from "@/features/admin/frame/bits";

interface ResolveProps {
  code: string;
  onResolved: () => void;
}

/** Says of an order that a person has dealt with it, and how. */
export function Resolve({ code, onResolved }: ResolveProps) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const resolve = usePostTicketsOrdersByCodeAttentionResolve({
    mutation: {
      onSuccess: async () => {
        // The order leaves lists, figures and its own page, all of them this service's.
        await queries.invalidateQueries();
        setIsAsking(false);
        onResolved();
      },
    },
  });
  return (
    <>
      <Button
        size="sm"
        variant="default"
        aria-label={t("attention.resolveOf", { code })}
        onClick={() => setIsAsking(true)}
      >
        {t("attention.resolve")}
      </Button>
      {isAsking && (
        <NoteDialog
          title={t("attention.title", { code })}
          confirm={t("attention.resolve")}
          isBusy={resolve.isPending}
          error={resolve.error}
          onClose={() => {
            resolve.reset();
            setIsAsking(false);
          }}
          onConfirm={(note) => resolve.mutate({ code, data: { note } })}
        >
          <p>{t("attention.explain")}</p>
        </NoteDialog>
      )}
    </>
  );
}
