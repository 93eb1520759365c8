package com.aiprod.pipeline.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signatures of Standard Webhooks 1.0, scheme {@code v1}. */
final class WebhookSignature {

    private static final String PREFIX = "whsec_";

    private WebhookSignature() {}

    /**
     * The value of {@code webhook-signature}: one signature per secret, separated by spaces.
     *
     * @param secrets as shown to the user, starting with {@code whsec_}
     * @param timestamp seconds since 1970
     */
    static String of(List<String> secrets, String id, long timestamp, byte[] body) {
        byte[] before = (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
        return secrets.stream()
                .map(secret -> "v1," + sign(secret, before, body))
                .collect(Collectors.joining(" "));
    }

    private static String sign(String secret, byte[] before, byte[] body) {
        if (!secret.startsWith(PREFIX)) {
            throw new IllegalArgumentException("A secret does not start with " + PREFIX);
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring(PREFIX.length())), "HmacSHA256"));
            mac.update(before);
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot compute an HMAC-SHA256", e);
        }
    }
}
