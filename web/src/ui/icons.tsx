/** The few signs that the app uses, drawn on one grid of 20 with one stroke. */
import type { ReactNode, SVGProps } from "react";

type IconProps = SVGProps<SVGSVGElement>;

function icon(shape: ReactNode) {
  return function Icon(props: IconProps) {
    return (
      <svg
        viewBox="0 0 20 20"
        width="20"
        height="20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
        {...props}
      >
        {shape}
      </svg>
    );
  };
}

export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.5" />
    <path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.4 4.4l1.4 1.4M14.2 14.2l1.4 1.4M4.4 15.6l1.4-1.4M14.2 5.8l1.4-1.4" />
  </>,
);
export const MoonIcon = icon(<path d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z" />);
export const MenuIcon = icon(<path d="M3 6h14M3 10h14M3 14h14" />);
export const CloseIcon = icon(<path d="M5 5l10 10M15 5L5 15" />);
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5.5" />
    <path d="M13.2 13.2L17 17" />
  </>,
);
export const ArrowRightIcon = icon(<path d="M4 10h12M11 5l5 5-5 5" />);
export const ArrowLeftIcon = icon(<path d="M16 10H4M9 5l-5 5 5 5" />);
export const ChevronDownIcon = icon(<path d="M5 8l5 5 5-5" />);
export const CheckIcon = icon(<path d="M4 10.5l4 4 8-9" />);
export const AlertIcon = icon(
  <>
    <path d="M10 3L2.5 16.5h15z" />
    <path d="M10 8.5v3.5M10 14.3v.1" />
  </>,
);
export const InfoIcon = icon(
  <>
    <circle cx="10" cy="10" r="7.5" />
    <path d="M10 9.5V14M10 6.5v.1" />
  </>,
);
export const ClockIcon = icon(
  <>
    <circle cx="10" cy="10" r="7.5" />
    <path d="M10 5.5V10l3 2" />
  </>,
);
export const PinIcon = icon(
  <>
    <path d="M10 18c4-4.5 6-7.5 6-10a6 6 0 0 0-12 0c0 2.5 2 5.5 6 10z" />
    <circle cx="10" cy="8" r="2" />
  </>,
);
export const CalendarIcon = icon(<path d="M3 5.5h14v11.5H3zM3 9h14M6.5 3v3.5M13.5 3v3.5" />);
export const TicketIcon = icon(
  <path d="M2.5 5.5h15v3a1.5 1.5 0 0 0 0 3v3h-15v-3a1.5 1.5 0 0 0 0-3zM12.5 5.5v1M12.5 9.5v1M12.5 13.5v1" />,
);
export const PersonIcon = icon(
  <>
    <circle cx="10" cy="7" r="3.5" />
    <path d="M3.5 17c.8-3.3 3.4-5 6.5-5s5.7 1.7 6.5 5" />
  </>,
);
export const BellIcon = icon(
  <path d="M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13zM8.5 15.5a1.5 1.5 0 0 0 3 0" />,
);
export const PlusIcon = icon(<path d="M10 4v12M4 10h12" />);
export const MinusIcon = icon(<path d="M4 10h12" />);
export const DownloadIcon = icon(<path d="M10 3v10M5.5 8.5L10 13l4.5-4.5M3.5 17h13" />);
export const TrashIcon = icon(<path d="M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11" />);
export const EditIcon = icon(<path d="M3.5 16.5l1-4L13.5 3.5l3 3-9 9zM11.5 5.5l3 3" />);
export const ExternalIcon = icon(<path d="M8 4H4v12h12v-4M11.5 3.5h5v5M16.5 3.5L9.5 10.5" />);
