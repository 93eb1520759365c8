package com.aiprod.pipeline.stage.http;

import com.aiprod.pipeline.stage.StageException;
import java.io.IOException;
import java.util.regex.Pattern;
import org.apache.camel.http.base.HttpOperationFailedException;

/**
 * Keeps secrets in the addresses of HTTP calls out of logs and dead letters. Camel itself hides only the parameters whose
 * names it knows, and no signature, for example.
 */
public final class HttpFailure {

    private static final Pattern USER_INFO = Pattern.compile("^([A-Za-z][^:/?#]*://)[^/?#]*@");
    private static final Pattern QUERY = Pattern.compile("[?#].*", Pattern.DOTALL);

    private HttpFailure() {}

    /**
     * Returns the failure of an HTTP call without the user information and the query of its addresses, and without what
     * wraps it; otherwise the same exception.
     */
    public static Exception redacted(Exception thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpOperationFailedException failed) {
                return redacted(failed);
            } else if (cause instanceof StageException || cause instanceof IOException) {
                // Its type decides on a retry, and its message does not quote its cause.
                return thrown;
            }
        }
        return thrown;
    }

    private static HttpOperationFailedException redacted(HttpOperationFailedException failed) {
        HttpOperationFailedException redacted = new HttpOperationFailedException(
                withoutSecrets(failed.getUri()),
                failed.getStatusCode(),
                failed.getStatusText(),
                withoutSecrets(failed.getRedirectLocation()),
                failed.getResponseHeaders(),
                failed.getResponseBody());
        redacted.setStackTrace(failed.getStackTrace());
        return redacted;
    }

    private static String withoutSecrets(String address) {
        return address == null
                ? null
                : QUERY.matcher(USER_INFO.matcher(address).replaceFirst("$1")).replaceFirst("?***");
    }
}
