import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import type { Role } from "@/api/generated/auth";
import { type ProfileAnswer, useGetUsersByAccountId } from "@/api/generated/users";
import { problemOf } from "@/api/problem";
import { useUser } from "@/api/useSession";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { type Fact, Facts, When } from "@/features/admin/frame/bits";
import { paths } from "@/paths";
import { Empty, ErrorState, LinkButton, LoadingLines, Notice, Section } from "@/ui";

import {
  type Access,
  AccessDialog,
  AccessNotices,
  type Person,
  RoleChoice,
  StateButton,
  StateTag,
  useAccess,
} from "./access";
import { CorrectionForm } from "./CorrectionForm";
import { DeleteAccount } from "./DeleteAccount";

/** One account: whose it is, what it may do, its profile to be corrected, and what belongs to it. */
export function Component() {
  const { accountId } = useParams();
  return <AccountPage key={accountId} id={Number(accountId)} />;
}

function AccountPage({ id }: { id: number }) {
  const { t } = useTranslation("admin");
  const isId = Number.isSafeInteger(id) && id > 0;
  const [gone, setGone] = useState<string | null>(null);
  const found = useGetUsersByAccountId(id, { query: { enabled: isId && gone === null } });
  const isMissing = !isId || (found.isError && problemOf(found.error).status === 404);
  // Administrators are always answered with the whole profile.
  const profile = gone === null ? (found.data as ProfileAnswer | undefined) : undefined;
  return (
    <AdminPage
      title={profile?.name ?? (isId ? t("account.title", { id }) : t("account.missing"))}
      above={<Link to={paths.adminPart("users")}>{t("parts.users")}</Link>}
    >
      {gone !== null ? (
        <Notice tone="good" isAnnounced title={gone} actions={<ToAccounts />} />
      ) : isMissing ? (
        <Empty title={t("account.missing")} action={<ToAccounts />}>
          {t("account.missingHint")}
        </Empty>
      ) : found.isError ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : profile ? (
        <Account
          profile={profile}
          onDeleted={() => setGone(t("account.deleted", { name: profile.name }))}
        />
      ) : (
        <LoadingLines lines={8} height={56} />
      )}
    </AdminPage>
  );
}

function ToAccounts() {
  const { t } = useTranslation("admin");
  return (
    <LinkButton variant="default" to={paths.adminPart("users")}>
      {t("account.toAccounts")}
    </LinkButton>
  );
}

interface AccountProps {
  profile: ProfileAnswer;
  onDeleted: () => void;
}

function Account({ profile, onDeleted }: AccountProps) {
  const { t } = useTranslation("admin");
  const me = useUser();
  const access = useAccess();
  return (
    <>
      <div className={classes.notices}>
        <AccessNotices access={access} />
      </div>
      <Facts facts={useFacts(profile, access)} />
      <Section title={t("account.around")}>
        <Around profile={profile} />
      </Section>
      <Section title={t("account.profile")}>
        <CorrectionForm profile={profile} />
      </Section>
      {profile.id !== me?.id && (
        <Section title={t("account.deleteTitle")}>
          <DeleteAccount profile={profile} onDeleted={onDeleted} />
        </Section>
      )}
      <AccessDialog access={access} />
    </>
  );
}

function useFacts(profile: ProfileAnswer, access: Access): Fact[] {
  const { t } = useTranslation("admin");
  const user: Person = { ...profile, role: profile.role as Role };
  return [
    [t("account.number"), profile.id],
    [t("account.fields.email"), profile.email],
    [t("users.role"), <RoleChoice key="role" user={user} access={access} />],
    [
      t("users.state"),
      <span key="state" className={classes.together}>
        <StateTag user={user} />
        <StateButton user={user} access={access} />
      </span>,
    ],
    [t("users.since"), <When key="since" instant={profile.created_at} />],
    [t("account.lastActivity"), <When key="last" instant={profile.last_activity} />],
  ];
}

/** The lists, narrowed down to this account; sales know it by its address, as guests'. */
function Around({ profile: { id, email, role } }: { profile: ProfileAnswer }) {
  const { t } = useTranslation("admin");
  const links = [
    ...(["orders", "tickets", "payments", "deliveries"] as const).map(
      (part) => [part, paths.adminPart(part, { q: email })] as const,
    ),
    ...(["event_creator", "admin"].includes(role)
      ? ([["seller", paths.organiseSeller({ organiser: id })]] as const)
      : []),
    ["corrections", paths.adminPart("audit", { service: "users", subject: `account:${id}` })],
    ["access", paths.adminPart("audit", { service: "auth", subject: `account:${id}` })],
    ["doings", paths.adminPart("audit", { actor: id })],
  ] as const;
  return (
    <div className={classes.actions}>
      {links.map(([name, path]) => (
        <LinkButton key={name} size="sm" variant="default" to={path}>
          {t(`account.links.${name}`)}
        </LinkButton>
      ))}
    </div>
  );
}
