"""How a programming task is put in words: frames around a program's own description."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from trinity.train.code.inputs import KINDS
from trinity.train.code.program import Program
from trinity.train.items import Split
from trinity.train.wordings import choose, choose_core, phrase

WITH_SIGNATURE = (
    "Write a function {sig} that returns {returns}.",
    "Write a Python function {sig} that {does}.",
    "Define {sig} so that it returns {returns}.",
    "Implement {sig}: return {returns}.",
    "Code up {sig}; the result should be {returns}.",
    "Make a function {sig} which {does}.",
    "I need a function {sig} that {does}.",
    "Write {sig}. It should return {returns}.",
    "Create a function called {name} with {args} that returns {returns}.",
    "Give me the code of {sig}, a function that {does}.",
    "Show me Python code for {sig}, which {does}.",
    "Can you write {sig} to return {returns}?",
    "In Python, write {sig} returning {returns}.",
    "Program a function {sig} that gives {returns}.",
    "Could you build {sig}? It has to return {returns}.",
    "Define a function named {name} that takes {takes} and returns {returns}.",
    "The function {sig} should return {returns}. Write it.",
    "Complete this task in Python: {sig} returns {returns}.",
    "Let {sig} be a function that {does}. Write its code.",
    "Produce a Python function {sig} such that it returns {returns}.",
    "Create {sig}, a function that {does}.",
    "Write the function {sig}, returning {returns}.",
    "Please implement a function {name} that takes {takes} and returns {returns}.",
    "How would you write {sig} in Python? It {does}.",
    "Help me with {sig}, a function which {does}.",
    "<I'd like|I would like|We need|I want> {sig} <in Python|as Python code>. It <should "
    "return|must return|returns> {returns}.",
    "<Wanted|Needed|Required>: {sig}<, a function|, a Python function> that {does}.",
    "{sig} <should|must|has to|is to|ought to> return {returns}. <Code it|Implement it|Write "
    "that function|Please write it>.",
    "<Task|To do|Goal|Next>: <make|let|have> {sig} return {returns}",
    "<Would you mind writing|Would you please write|Could you write|Will you code> {sig}? It "
    "{does}.",
    "def {sig}: <it should return|this must return|what comes back is> {returns}. <Write the "
    "body too|Give the full code>.",
    "<Suppose|Say|Imagine> I call {sig} and expect {returns}. <What is the code|How is it "
    "written|Write that function>?",
    "<Spell out|Type out|Put together|Draft> <the function|a Python function> {sig} "
    "<that|which> {does}.",
    "How <can|do|should|might> I <write|code|implement|define> {sig} <so that it returns|to "
    "return> {returns}?",
    "Function name: {name}. <It takes|Input>: {takes}. <It returns|Output>: {returns}.",
    "<Name it|Call it> {name}, give it {args}<,| and> let it return {returns}. <Write this "
    "function|Code, please>.",
    "{sig}: {returns}. <Python code|Code|Function>, please.",
    "<What does|What would> <the code of|a Python version of> {sig} look like<| in full>, if "
    "it returns {returns}?",
    "Given {takes}, <return|give back|hand back> {returns}. <Call|Name> the function {name}.",
    "<My program needs|My script uses|Our project needs> a function {sig}. It {does}. <Write "
    "it|Please supply it>.",
    "<A pupil|My colleague|My teacher|The client> <wants|asks for> {sig}, <a "
    "function|something> that {does}. <Help|Write it>.",
    "With {args}, <define|write|build|make> {name} so <it|that it|the function> returns {returns}.",
    "<Develop|Construct|Prepare|Supply> {sig} <in Python|as a Python function>; <its result "
    "is|it returns> {returns}.",
    "python: {sig} <returns|gives|gives back> {returns}",
    "<Let's|Let us> <write|code|define> {sig}. <What it returns|Its result|The return value> "
    "is {returns}.",
    "<Can|Could> I <get|have|see> <the code|Python code|an implementation> of {sig}? It "
    "<returns|should return> {returns}.",
    "For {takes}, {name} <returns|should return|must return> {returns}. <Write|Show|Give> its "
    "code.",
    "<The job|The purpose> of {sig} is to return {returns}. <Implement it|Write it in "
    "Python|Code it>.",
    "<I am|I'm> <stuck on|working on|unsure about> {sig}. It should return {returns}. <Show me "
    "the code|Please write it>.",
    "<Missing|Still missing>: {sig}, a Python function that {does}. <Define|Write|Add> it.",
    "<Return|Give back> {returns}: <that is|that's> what {sig} <should do|is for|must do>. "
    "<Write it|Code it>.",
    "You <have|are given> {takes}. <Write|Implement|Code> {sig}, which <returns|gives back> "
    "{returns}.",
    "<I'm learning Python|I'm new to Python|First week of Python>. How do I write {sig}? It "
    "should return {returns}.",
    "{sig} -> {returns}",
    "<For a small game|For my report|For a script at work> I need {sig}: {returns}. <Code|Write "
    "it>, please.",
    "<I tried|I failed|I gave up on> {sig}. It <must|should> return {returns}. <Can you do "
    "it?|Your turn.>",
    "<Interview question|Exam question|Kata>: {sig} returns {returns}. <Your code|Write it>?",
    "<Code only|Just code|Code block only>: {sig}, <returning|it returns> {returns}.",
    "wirte {sig} <that|which> {does}",
    "<Our tests|The tests> call {sig} and <expect|want> {returns}. <Write|Add> the function.",
    "<No idea|Not sure> how to <begin|start> {sig}. It {does}. <Show me|Please write it>.",
    "<The body|The code> of {sig} got lost. It <returned|gave back> {returns}. <Write it "
    "again|Restore it>.",
    "<Yesterday|Today> we <learnt|did> functions. <Homework|Task>: {sig}, which {does}.",
    "<I only know|I know> that {sig} returns {returns}. <Fill in|Write> the <rest|code>.",
)
WITHOUT_SIGNATURE = (
    "Write a Python function that {does}.",
    "Write a function that takes {takes} and returns {returns}.",
    "Write a Python function that returns {returns}.",
    "I want a function that {does}.",
    "How do I write a function that {does}?",
    "Give me a function which {does}.",
    "Make a Python function that takes {takes} and returns {returns}.",
    "A function that {does}, in Python.",
    "Show me how to code a function that {does}.",
    "Could you code a function that takes {takes} and returns {returns}?",
    "Python function that {does}",
    "Write a function that {does}.",
    "Write a short function that returns {returns}.",
    "I need Python code that takes {takes} and gives {returns}.",
    "Please produce a function giving {returns}.",
    "Write code for a function that {does}.",
    "Create a function which returns {returns}.",
    "Can you write a function that {does}?",
    "Write me a function that takes {takes} and returns {returns}.",
    "Make me a small Python function which {does}.",
    "<I'd like|I would like|We need|I am after|I'm looking for> a <Python |>function that {does}.",
    "<Input|In|Given>: {takes}. <Output|Out|Return>: {returns}. <Write the function|Python "
    "function|Code it>.",
    "<Would you mind writing|Would you please write|Could you make|Will you write> a function "
    "that {does}?",
    "Given {takes}, <return|give back|hand back> {returns}. <Write|Code|Define> <such "
    "a|this|that> function.",
    "<Wanted|Needed|Required|To do>: a <small |Python |>function that returns {returns}",
    "<Suppose|Say> I have {takes}. <Write|Show me|Give me> a function <to return|returning> "
    "{returns}.",
    "<What does|What would> a <Python |>function look like that {does}?",
    "<Implement|Define|Build|Develop> a <helper|routine|function> <in Python|with Python> that "
    "{does}.",
    "How <can|could|should|might> I take {takes} and return {returns}? <A function|Code>, please.",
    "<Let's|Let us> <write|code|make|define> a <Python |short |>function which {does}.",
    "<My program|My script|Our project> <needs|is missing|lacks> a function that {does}. "
    "<Please write it|Write it>.",
    "python code: function that returns {returns}",
    "<From|For> {takes}, <return|give back> {returns}. <Put that in a|Use a|As a> Python function.",
    "<Task|Goal|Exercise|Problem>: <a|write a|define a|make a> function which returns {returns}.",
    "<Draft|Spell out|Type out|Put together> <a Python function|some Python code> that {does}.",
    "<Can|Could> I <get|have|see> <a function|Python code|a Python function> that returns "
    "{returns}?",
    "A function <gets|receives|is given|is passed> {takes} and <returns|should return|must "
    "return> {returns}. <Code it|Write it>.",
    "<Is there|Do you have|Do you know> a <short |simple |>function that {does}? <Show "
    "me|Write it|Code, please>.",
    "<My teacher|The client|A colleague|My boss> <wants|asks for> a <Python |>function that "
    "returns {returns}.",
    "<In Python, how|How> <is|would you code|do you define|would you write> a function that "
    "{does}?",
    "We <get|have> {takes} and need a function <to return|returning> {returns}. <Write|Show> it.",
    "<Teach|Show> me <to write|how to write|how to build> a <Python |>function giving {returns}.",
    "<Turn|Put> this into <code|Python>: a function that {does}.",
    "<I wonder|I'd like to know> how to <code|write|program> a function which {does}.",
    "<It takes|It gets|The input is> {takes} and <it returns|the result is> {returns}. "
    "<Write|Code> this function.",
    "<Help me|Please help me> <write|code|build|with> a <Python |>function that returns {returns}.",
    "<Come up with|Supply|Prepare|Construct|Provide> a function that {does}<, please|>.",
    "<I'm learning Python|I'm new to Python|First week of Python>. How do I write a function that "
    "{does}?",
    "<For a small game|For my report|For a script at work> I need a function that {does}.",
    "<I tried and failed|I gave up|Stuck here>: a function that returns {returns}. <Can you do "
    "it?|Your turn.>",
    "<Interview question|Exam question|Kata>: a function that returns {returns}. <Your code|Write "
    "it>?",
    "<Code only|Just code|Code block only>: a function that {does}",
    "wirte a <python |>function that {does}",
    "{takes} -> {returns}. <Python function|As a function>, please.",
    "<Say I|Suppose we> get {takes} and want {returns}. <How|What code|Which function>?",
    "<No idea|Not sure> how to <code|start> a function that {does}. <Show me|Please write it>.",
    "<Yesterday|Today> we <learnt|did> functions. <Homework|Task>: a function which {does}.",
    "py func that returns {returns} <pls|thx>",
)
OPENERS = (
    *("",) * 6,
    "<Hi|Hello|Hey|Good morning>, ",
    "<Hi|Hello>! ",
    "<Quick|Small|Easy|New|Coding|Python|Another> <task|exercise|problem|job>: ",
    "<Please help|Help me|Please help me>: ",
    "<Task|Exercise|Problem|Homework|Assignment><| 1| 2| 3>: ",
    "<Ok|Now|So|Well>, ",
)
ENDINGS = (
    *("",) * 6,
    " <Thanks|Thank you|Many thanks><!|.>",
    " Please.",
    " <Only|Just> <the code|code><|, please>.",
    " No <comments|explanation|imports>.",
    " Keep it <simple|short>.",
)
TEST_OPENERS = ("", "", "Hey there, ", "Next task: ")
TEST_ENDINGS = ("", "", " Cheers!", " Just the function.")

_COUNTS = ("no", "one", "two", "three")
_NEW_NAMES = {
    "xs": ("xs", "xs", "nums", "values", "lst", "numbers", "items"),
    "n": ("n", "n", "n", "x", "num", "number"),
    "s": ("s", "s", "s", "text", "string", "word"),
    "words": ("words", "words", "names", "strings", "lst"),
    "d": ("d", "d", "data", "counts", "scores"),
    "ys": ("ys", "ys", "other"),
}


def task(rng: random.Random, split: Split, program: Program) -> tuple[str, str, Program]:
    """Ask for `program`: the question, the function's name, and the program as it was asked for.

    The parameters may be renamed where the question shows them.
    """
    if rng.random() < 0.4:
        core = choose_core(rng, split, WITHOUT_SIGNATURE)
        named = "{takes}" in core or not _introducible(program)
        if named and "{takes}" not in core:
            core = core.replace(" that {does}", " that takes {takes} and returns {returns}")
            core = core.replace(" which {does}", " which takes {takes} and returns {returns}")
            core = re.sub(
                r" (?:that returns|which returns|giving) \{returns\}",
                " that takes {takes} and returns {returns}",
                core,
            )
        slots = {
            "takes": takes(program),
            "returns": mention(program.returns, program, introduce=not named),
            "does": mention(program.does, program, introduce=not named),
        }
        return dress(rng, split, core, **slots), "f", program
    program = renamed(rng, program)
    name = rng.choice(("f", "f", "solve", *program.names, *program.names))
    core = choose_core(rng, split, WITH_SIGNATURE)
    slots = {
        "sig": program.signature(name),
        "name": name,
        "args": arguments(program),
        "takes": takes(program),
        "returns": plain(program.returns),
        "does": plain(program.does),
    }
    return dress(rng, split, core, **slots), name, program


def dress(rng: random.Random, split: Split, core: str, **slots: str) -> str:
    """Fill a command and put an opener and an ending of the split around it."""
    test = split is Split.TEST
    if rng.random() < 0.25:
        core = _casual(rng, core)
    opener = choose(rng, TEST_OPENERS if test else OPENERS)
    if opener.endswith((", ", ": ")) and core[1:2].islower() and rng.random() < 0.7:
        core = core[0].lower() + core[1:]
    ending = choose(rng, TEST_ENDINGS if test else ENDINGS)
    if core.endswith(":"):
        ending = ""
    elif ending and core[-1] not in ".?!":
        core += "."
    return opener + core.format(**slots) + ending


def ask_about(
    rng: random.Random, split: Split, cores: Sequence[str], code: str, **slots: str
) -> str:
    """A question about `code`, which is shown before or after it, mostly between fences."""
    sentence = phrase(rng, split, cores, **slots)
    style = rng.random()
    if style < 0.5:
        return f"{sentence}\n{fenced(code)}"
    if style < 0.75:
        return f"{fenced(code)}\n{sentence}"
    return f"{sentence}\n{code}" if style < 0.9 else f"{code}\n{sentence}"


def fenced(code: str) -> str:
    """`code` as a Markdown block."""
    return f"```python\n{code}\n```"


def plain(text: str) -> str:
    """A description with its parameters' bare names."""
    return re.sub(r"\[(\w+)\]", r"\1", text)


def mention(text: str, program: Program, *, introduce: bool) -> str:
    """A description for a question without signature, e.g. "the sum of a list of numbers".

    With `introduce` the first mention of the parameter says what it is.
    """
    if not introduce:
        return plain(text)
    (name, kind) = program.params[0]
    noun = KINDS[kind].noun
    if text.count(f"[{name}]") > 1:
        noun = f"{noun} {name}"
    # "the numbers in a list of numbers" says it twice.
    if "number" in text.split("[")[0] and kind in ("ints", "some_ints"):
        noun = noun.replace(" of numbers", "")
    if "word" in text.split("[")[0] and kind == "words":
        noun = noun.replace(" of words", "")
    return plain(text.replace(f"[{name}]", noun, 1))


def _introducible(program: Program) -> bool:
    """Whether "a number" may stand for the parameter: not where the text counts up to it."""
    if len(program.params) > 1:
        return False
    if program.kinds[0] not in ("small", "nat", "pos"):
        return True
    name = program.params[0][0]
    return all(
        text.count(f"[{name}]") == 1 and f" of [{name}]" in text
        for text in (program.returns, program.does)
    )


def takes(program: Program) -> str:
    """The parameters with what they are: "a list of numbers xs and a number k"."""
    kinds = program.kinds
    if len(kinds) > 1 and len(set(kinds)) == 1:
        names = joined([name for name, _ in program.params])
        return f"{_COUNTS[len(kinds)]} {KINDS[kinds[0]].plural} {names}"
    return joined([f"{KINDS[kind].noun} {name}" for name, kind in program.params])


def arguments(program: Program) -> str:
    """The parameters alone: "parameters a and b"."""
    names = [name for name, _ in program.params]
    return f"parameter{'s' if len(names) > 1 else ''} {joined(names)}"


def joined(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)


def renamed(rng: random.Random, program: Program) -> Program:
    """The same program, sometimes with other parameter names."""
    params = list(program.params)
    body, plan, short = program.body, program.plan, program.short
    returns, does = program.returns, program.does
    for index, (old, kind) in enumerate(params):
        new = rng.choice(_NEW_NAMES.get(old, (old,)))
        taken = re.search(rf"\b{new}\b", body) or new in dict(params)
        if new == old or taken:
            continue
        params[index] = (new, kind)
        # A letter in quotes is a constant, not the parameter.
        name = re.compile(rf"(?<![\w\"]){old}(?![\w\"])")
        body, plan, short = (name.sub(new, text) for text in (body, plan, short))
        returns = returns.replace(f"[{old}]", f"[{new}]")
        does = does.replace(f"[{old}]", f"[{new}]")
    return Program(
        params=tuple(params),
        body=body,
        returns=returns,
        does=does,
        names=program.names,
        plan=plan,
        short=short,
    )


def _casual(rng: random.Random, core: str) -> str:
    lowered = re.sub(r"[A-Z]", lambda found: found[0].lower(), core)
    return lowered.rstrip("?.") if rng.random() < 0.5 else lowered
