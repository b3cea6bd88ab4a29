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

const WIDTH = 540;

/** On a phone what a button does may take two lines: nothing of it is cut off. */
const WRAPPING = {
  root: { height: "auto", minHeight: "var(--button-height)", paddingBlock: 6 },
  label: { whiteSpace: "normal" },
} as const;

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, title, children, confirm, onConfirm, onClose, error } = props;
  const { isBusy = false, isImpossible = false } = props;
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      size={WIDTH}
      title={title}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {children}
      {error !== undefined && error !== null && <ErrorState error={error} />}
      <Group mt="lg" justify="flex-end">
        <Button variant="default" styles={WRAPPING} onClick={onClose} disabled={isBusy}>
          {t("back")}
        </Button>
        <Button styles={WRAPPING} onClick={onConfirm} loading={isBusy} disabled={isImpossible}>
          {confirm}
        </Button>
      </Group>
    </Modal>
  );
}
