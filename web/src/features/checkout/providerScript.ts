/** The provider's own script, which may only be loaded from the provider. */
import { ApiProblem } from "@/api/problem";

const ADDRESS = "https://js.stripe.com/v3/";

export interface ProviderElement {
  on: (happening: "ready", listener: () => void) => void;
  mount: (place: HTMLElement) => void;
}

export interface ProviderElements {
  create: (kind: "payment") => ProviderElement;
  submit: () => Promise<{ error?: { message: string } }>;
}

export interface ProviderScript {
  elements: (options: { mode: "payment"; amount: number; currency: string }) => ProviderElements;
  confirmPayment: (options: {
    elements: ProviderElements;
    clientSecret: string;
    confirmParams: { return_url: string };
    redirect: "if_required";
  }) => Promise<{ error?: { code?: string; message: string } }>;
}

type Start = (key: string, options: { locale: string }) => ProviderScript;

let loading: Promise<Start> | null = null;

/** Load it once a visit; throws `ApiProblem` (`network`) where it cannot be reached. */
export async function loadProvider(key: string, language: string): Promise<ProviderScript> {
  loading ??= load();
  const start = await loading.catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return start(key, { locale: language });
}

function load(): Promise<Start> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = ADDRESS;
    script.onload = () => resolve((window as never as { Stripe: Start }).Stripe);
    script.onerror = () => reject(new ApiProblem(0, "network", ""));
    document.head.append(script);
  });
}
