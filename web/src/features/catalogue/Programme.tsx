import { useTranslation } from "react-i18next";

import type { SpeakerAnswer, SponsorAnswer } from "@/api/generated/events";

import classes from "./Programme.module.css";

const TIERS = ["platinum", "gold", "silver", "bronze"];

interface ProgrammeProps {
  speakers: SpeakerAnswer[];
  sponsors: SponsorAnswer[];
}

/** Who is on, at what time, and who helps to pay for it. */
export function Programme({ speakers, sponsors }: ProgrammeProps) {
  const { t } = useTranslation("catalogue");
  return (
    <>
      {speakers.length > 0 && (
        <section className={classes.section}>
          <h2>{t("programme.title")}</h2>
          <ol className={classes.lineUp}>
            {inOrder(speakers).map((speaker) => (
              <Speaker key={speaker.id} speaker={speaker} />
            ))}
          </ol>
        </section>
      )}
      {sponsors.length > 0 && (
        <section className={classes.section}>
          <h2>{t("programme.sponsors")}</h2>
          <ul className={classes.sponsors}>
            {[...sponsors]
              .sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier))
              .map((sponsor) => (
                <Sponsor key={sponsor.id} sponsor={sponsor} />
              ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** By the clock; who has no time yet comes last. */
function inOrder(speakers: SpeakerAnswer[]): SpeakerAnswer[] {
  const time = ({ speaking_time }: SpeakerAnswer) => speaking_time ?? "99:99";
  return [...speakers].sort((a, b) => time(a).localeCompare(time(b)));
}

function Speaker({ speaker }: { speaker: SpeakerAnswer }) {
  const role = [speaker.position, speaker.company].filter(Boolean).join(", ");
  return (
    <li className={classes.speaker}>
      <span className={classes.time}>{speaker.speaking_time?.slice(0, 5)}</span>
      {speaker.photo_url !== null && (
        <img src={speaker.photo_url} alt="" width={56} height={56} loading="lazy" />
      )}
      <div>
        <h3>{speaker.name}</h3>
        {speaker.topic && <p>{speaker.topic}</p>}
        {role && <p className={classes.quiet}>{role}</p>}
        {speaker.bio && <p className={classes.quiet}>{speaker.bio}</p>}
      </div>
    </li>
  );
}

function Sponsor({ sponsor }: { sponsor: SponsorAnswer }) {
  const { t } = useTranslation("catalogue");
  const shown =
    sponsor.logo_url === null ? (
      sponsor.name
    ) : (
      <img src={sponsor.logo_url} alt={sponsor.name} height={40} loading="lazy" />
    );
  return (
    <li data-main={sponsor.type === "main"}>
      {sponsor.website_url === null ? (
        shown
      ) : (
        <a href={sponsor.website_url} target="_blank" rel="noreferrer sponsored">
          {shown}
          <span className="visually-hidden">{t("event.newWindow")}</span>
        </a>
      )}
    </li>
  );
}
