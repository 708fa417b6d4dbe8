/** One's own profile. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "./client";
import type { components, paths } from "./schema";
import { useSignedIn } from "./useSession";

export type Me = components["schemas"]["Me"];
/** The fields of a profile that are to change. */
export type MeChange = NonNullable<paths["/api/me"]["patch"]["requestBody"]>["content"]["application/json"];

/** A profile as it was read. */
export interface Profile {
  me: Me;
  /** Its version, for `If-Match`. */
  version: string;
}

const KEY = ["me"];

/** The profile of who is signed in. */
export function useMe() {
  const signedIn = useSignedIn();
  return useQuery({
    queryKey: KEY,
    enabled: signedIn !== false,
    staleTime: 300_000,
    queryFn: async ({ signal }): Promise<Profile> => {
      const { data, error, response } = await api.GET("/api/me", { signal });
      if (error) throw error;
      return { me: data, version: response.headers.get("etag") ?? "*" };
    },
  });
}

async function change(cache: QueryClient, body: MeChange, version: string): Promise<Profile> {
  const header = { "If-Match": version };
  const { data, error, response } = await api.PATCH("/api/me", { params: { header }, body });
  if (error) throw error;
  const profile = { me: data, version: response.headers.get("etag") ?? "*" };
  cache.setQueryData(KEY, profile);
  return profile;
}

/**
 * Changes one's profile, if it still has that version; without one, whatever it is by now.
 * Throws the server's problem: `changed_meanwhile` where it has another version.
 */
export function useChangeMe(): (body: MeChange, version?: string) => Promise<Profile> {
  const cache = useQueryClient();
  return useCallback((body, version = "*") => change(cache, body, version), [cache]);
}
