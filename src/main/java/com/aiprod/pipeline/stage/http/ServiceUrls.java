package com.aiprod.pipeline.stage.http;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.StageBean;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Checks addresses that a service names in its answers. Otherwise the service, or somebody who can write into its
 * answers, could have this system call any address of its network, with the service's credentials.
 */
@StageBean
public class ServiceUrls {

    private static final String CODE = "BACKEND_ANSWER_INVALID";

    /**
     * Returns an address of the service.
     *
     * @param named what the service named; an address relative to {@code service} is resolved
     * @param service the service's own address
     * @return the absolute address, of the scheme, host, and port of {@code service}
     * @throws PermanentStageException {@value #CODE}, if {@code named} is missing, not an address, or of another host
     */
    public String check(Object named, String service) {
        if (!(named instanceof String text) || text.isBlank()) {
            throw new PermanentStageException(CODE, "The service's answer lacks an address.");
        }
        try {
            URI own = new URI(service);
            URI address = own.resolve(new URI(text.strip()));
            if (address.getHost() != null
                    && address.getRawUserInfo() == null
                    && scheme(address).equals(scheme(own))
                    && address.getHost().equalsIgnoreCase(own.getHost())
                    && port(address) == port(own)) {
                return address.toASCIIString();
            }
        } catch (URISyntaxException e) {
            throw new PermanentStageException(CODE, "The service's answer has an address that cannot be read.", e);
        }
        throw new PermanentStageException(CODE, "The service's answer has an address of another host.");
    }

    private static String scheme(URI address) {
        return address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : scheme(address).equals("https") ? 443 : 80;
    }
}
