package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.http.RequestHeaders;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Reads the preference {@code wait=N} of RFC 7240: how long the caller would like the answer to be held. */
@Component("preferredWait")
public class PreferredWait {

    static final int MAX_SEC = 60;

    private static final Pattern WAIT = Pattern.compile("(?i)(?:^|,)\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?=$|[,;])");

    /** Sets the exchange variable {@code waitSec} (Integer, absent if not preferred) from the header {@code Prefer}. */
    public void parse(Exchange exchange) {
        parseInto(exchange);
    }

    public static void parseInto(Exchange exchange) {
        exchange.setVariable("waitSec", parse(RequestHeaders.lines(exchange, "Prefer")));
    }

    /**
     * The seconds to wait.
     *
     * @param lines the request's {@code Prefer} header lines
     * @return 1 to 60, more being cut to 60; null without such a preference, and for one that makes no sense, since
     *     RFC 7240 has unknown preferences ignored
     */
    public static Integer parse(List<String> lines) {
        Matcher wait = WAIT.matcher(String.join(",", lines));
        if (!wait.find()) {
            return null;
        }
        int seconds = Integer.parseInt(wait.group(1));
        return seconds < 1 ? null : Math.min(seconds, MAX_SEC);
    }
}
