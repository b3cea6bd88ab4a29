import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";

import {
  type TotpSecret,
  usePostAuthTotpConfirm,
  usePostAuthTotpDisable,
  usePostAuthTotpEnrol,
} from "@/api/generated/auth";
import { updateUser } from "@/api/session";
import { useUser } from "@/api/useSession";
import { ErrorState, Notice, PasswordField, TextField } from "@/ui";

import classes from "./Settings.module.css";

/** Two-step sign-in: off, being set up, or on; the recovery codes are shown once. */
export function TwoSteps() {
  const { t } = useTranslation("settings");
  const isOn = useUser()?.two_factor_enabled ?? false;
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes !== null) return <RecoveryCodes codes={codes} />;
  if (isOn) return <TurnOff />;
  return (
    <div className={classes.form}>
      <p>{t("totp.off")}</p>
      <TurnOn onDone={setCodes} />
    </div>
  );
}

function TurnOn({ onDone }: { onDone: (codes: string[]) => void }) {
  const { t } = useTranslation("settings");
  const [isAsking, setIsAsking] = useState(false);
  const form = useForm({ defaultValues: { password: "" } });
  const enrol = usePostAuthTotpEnrol();
  if (enrol.isSuccess) return <Scan secret={enrol.data} onDone={onDone} />;
  if (!isAsking) return <Button onClick={() => setIsAsking(true)}>{t("totp.start")}</Button>;
  return (
    <form
      className={classes.form}
      onSubmit={form.handleSubmit((data) => enrol.mutate({ data }))}
      noValidate
    >
      {enrol.isError && <ErrorState error={enrol.error} />}
      <PasswordField
        form={form}
        name="password"
        autoComplete="current-password"
        label={t("totp.password")}
      />
      <Button type="submit" loading={enrol.isPending}>
        {t("totp.continue")}
      </Button>
    </form>
  );
}

function Scan({ secret, onDone }: { secret: TotpSecret; onDone: (codes: string[]) => void }) {
  const { t } = useTranslation("settings");
  const form = useForm({ defaultValues: { code: "" } });
  const confirm = usePostAuthTotpConfirm();
  const submit = form.handleSubmit(({ code }) =>
    confirm.mutate(
      { data: { code: code.trim() } },
      {
        onSuccess: ({ user, recovery_codes }) => {
          onDone(recovery_codes);
          updateUser(user);
        },
      },
    ),
  );
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <p>{t("totp.scan")}</p>
      <img
        className={classes.qr}
        src={`data:image/svg+xml;utf8,${encodeURIComponent(secret.qr_svg)}`}
        alt={t("totp.qr")}
      />
      <p className={classes.secret}>
        {t("totp.secret")} : <code>{secret.secret}</code>
      </p>
      {confirm.isError && <ErrorState error={confirm.error} />}
      <TextField
        form={form}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        label={t("totp.code")}
      />
      <Button type="submit" loading={confirm.isPending}>
        {t("totp.confirm")}
      </Button>
    </form>
  );
}

function RecoveryCodes({ codes }: { codes: string[] }) {
  const { t } = useTranslation("settings");
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(codes.join("\n"));
    setIsCopied(true);
  };
  return (
    <Notice tone="good" isAnnounced title={t("totp.recoveryTitle")}>
      <p>{t("totp.recovery")}</p>
      <ul className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Group>
        <Button variant="default" size="sm" onClick={() => void copy()}>
          {t("totp.copy")}
        </Button>
        <span role="status">{isCopied && t("totp.copied")}</span>
      </Group>
    </Notice>
  );
}

function TurnOff() {
  const { t } = useTranslation("settings");
  const [isAsking, setIsAsking] = useState(false);
  const form = useForm({ defaultValues: { password: "", code: "" } });
  const disable = usePostAuthTotpDisable();
  const submit = form.handleSubmit((data) =>
    disable.mutate({ data }, { onSuccess: ({ user }) => updateUser(user) }),
  );
  if (!isAsking) {
    return (
      <div className={classes.form}>
        <p>{t("totp.on")}</p>
        <Button variant="default" onClick={() => setIsAsking(true)}>
          {t("totp.stop")}
        </Button>
      </div>
    );
  }
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      {disable.isError && <ErrorState error={disable.error} />}
      <PasswordField
        form={form}
        name="password"
        autoComplete="current-password"
        label={t("totp.password")}
      />
      <TextField form={form} name="code" autoComplete="one-time-code" label={t("totp.stopCode")} />
      <Button type="submit" loading={disable.isPending}>
        {t("totp.stopConfirm")}
      </Button>
    </form>
  );
}
