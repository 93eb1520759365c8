package com.aiprod.pipeline.operations;

import java.util.Set;
import org.apache.camel.spi.PropertiesFunction;
import org.springframework.util.StringUtils;

/**
 * {@code {{role:worker}}} in a route's {@code precondition}: the route is there only in a process that has the role.
 * More than one role may be named, separated by commas; any of them will do.
 */
final class RoleFunction implements PropertiesFunction {

    private final Set<String> roles;

    /** @param roles the roles of this process */
    RoleFunction(Set<String> roles) {
        this.roles = roles;
    }

    @Override
    public String getName() {
        return "role";
    }

    @Override
    public String apply(String remainder) {
        return String.valueOf(
                StringUtils.commaDelimitedListToSet(remainder).stream().anyMatch(roles::contains));
    }
}
