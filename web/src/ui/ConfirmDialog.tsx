import { Button, Group, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ErrorState } from "./States";

interface ConfirmDialogProps {
  isOpen: boolean;
  title: ReactNode;
  /** What is going to happen, before it does. */
  children: ReactNode;
  /** Says what the button does: “Cancel the event and refund 212 tickets”. */
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
  isBusy?: boolean;
  /** Nothing can be confirmed as things stand. */
  isImpossible?: boolean;
  error?: unknown;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, title, children, confirm, onConfirm, onClose, error } = props;
  const { isBusy = false, isImpossible = false } = props;
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {children}
      {error !== undefined && error !== null && <ErrorState error={error} />}
      <Group mt="lg" justify="flex-end">
        <Button variant="default" onClick={onClose} disabled={isBusy}>
          {t("back")}
        </Button>
        <Button onClick={onConfirm} loading={isBusy} disabled={isImpossible}>
          {confirm}
        </Button>
      </Group>
    </Modal>
  );
}
