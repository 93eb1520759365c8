package com.aiprod.pipeline.embedded.pubsub;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.NavigableMap;

/**
 * One page of a listing, ordered by name.
 *
 * @param nextToken the token of the next page, or empty on the last page
 */
record Page<T>(List<T> items, String nextToken) {
    private static final int DEFAULT_SIZE = 100;
    private static final int MAXIMUM_SIZE = 1_000;

    /**
     * @param all all items by name
     * @param prefix the prefix of the names to list
     * @param size the page size of the request, or 0 for the default
     * @param token the token of the request, or empty for the first page
     */
    static <T> Page<T> of(NavigableMap<String, T> all, String prefix, int size, String token) {
        if (size < 0) {
            throw invalid("The page size must not be negative (page_size=" + size + ").");
        }
        int limit = size == 0 ? DEFAULT_SIZE : Math.min(size, MAXIMUM_SIZE);
        String after = token.isEmpty() ? prefix : decode(token);
        List<T> items = new ArrayList<>();
        String last = after;
        for (var entry : all.tailMap(after, false).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            if (items.size() == limit) {
                return new Page<>(items, encode(last));
            }
            items.add(entry.getValue());
            last = entry.getKey();
        }
        return new Page<>(items, "");
    }

    private static String encode(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(UTF_8));
    }

    private static String decode(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid("Invalid page token: (page_token=" + token + ")");
        }
    }

    private static RuntimeException invalid(String description) {
        return Status.INVALID_ARGUMENT.withDescription(description).asRuntimeException();
    }
}
