"""What the routes are given: who calls, with which right, over which store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Path, Request

from monitor.stages import tokens
from monitor.stages.tokens import Caller, Scope
from monitor.store.protocol import Store
from monitor.web.api.acting import ActingStore
from monitor.web.api.shape import DIGITS
from monitor.web.services import WebServices

LARGEST_ID = 2**53 - 1  # the largest whole number that every JSON reader keeps


@dataclass(frozen=True, slots=True)
class Act:
    """One request: who asks, and what they may use."""

    request: Request
    services: WebServices
    caller: Caller
    store: Store  # what is committed through it says whose token it was

    @property
    def user(self) -> str:
        """The person in whose name it is done."""
        return self.caller.name


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency: the caller, if their token and role allow `scope`. Raises ScopeMissing."""

    scope: Scope

    def __call__(self, request: Request) -> Act:
        caller = cast(Caller, request.state.caller)
        tokens.require(caller, self.scope)
        services = cast(WebServices, request.app.state.services)
        return Act(request, services, caller, cast(ActingStore, request.state.store))


Reading = Annotated[Act, Depends(Needs(Scope.READ))]
Drafting = Annotated[Act, Depends(Needs(Scope.DRAFT))]
Approving = Annotated[Act, Depends(Needs(Scope.APPROVE))]
Pausing = Annotated[Act, Depends(Needs(Scope.PAUSE))]
Auditing = Annotated[Act, Depends(Needs(Scope.AUDIT))]
Administering = Annotated[Act, Depends(Needs(Scope.ADMIN))]

Id = Annotated[int, Path(ge=1, le=LARGEST_ID), DIGITS]
