package com.aiprod.pipeline.pipelines;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody probably meant. */
public final class NearName {

    private NearName() {}

    /** The question to put behind a fault, with a space before it; empty if no known name is near. */
    public static Optional<String> suggest(String written, Collection<String> known) {
        return nearest(written, known).map(name -> " Did you mean '" + name + "'?");
    }

    /** The known name with the fewest edits, of those with at most one edit for three letters; empty without any. */
    public static Optional<String> nearest(String written, Collection<String> known) {
        return nearest(written, known, Integer.MAX_VALUE);
    }

    /** As {@link #nearest(String, Collection)}, with a number of edits that is enough in any case. */
    public static Optional<String> nearest(String written, Collection<String> known, int maxEdits) {
        return known.stream()
                .filter(name -> !name.equals(written))
                .filter(name -> distance(written, name) <= Math.min(maxEdits, Math.max(1, name.length() / 3)))
                .min(Comparator.comparingInt((String name) -> distance(written, name))
                        .thenComparing(name -> name));
    }

    private static int distance(String a, String b) {
        return edits(a.toLowerCase(Locale.ROOT), b.toLowerCase(Locale.ROOT));
    }

    /** The optimal string alignment distance: a transposition of neighbors counts as one edit. */
    private static int edits(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                cost[i][j] =
                        Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
