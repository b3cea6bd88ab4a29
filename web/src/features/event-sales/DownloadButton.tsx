import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { saveFile } from "@/api/saveFile";
import { DownloadIcon, Notice, useProblemSentence } from "@/ui";

interface DownloadButtonProps {
  label: string;
  /** Asks for the file; a table comes as text. */
  read: () => Promise<unknown>;
  fileName: string;
}

/** A table to take along for a spreadsheet program. */
export function DownloadButton({ label, read, fileName }: DownloadButtonProps) {
  const say = useProblemSentence();
  const download = useMutation({
    mutationFn: read,
    // Reading it as text has dropped the mark by which spreadsheets know its letters.
    onSuccess: (content) =>
      saveFile(new Blob(["\ufeff", content as string], { type: "text/csv" }), fileName),
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<DownloadIcon />}
        loading={download.isPending}
        onClick={() => download.mutate()}
      >
        {label}
      </Button>
      {download.isError && <Notice tone="bad" isAnnounced title={say(download.error)} />}
    </>
  );
}
